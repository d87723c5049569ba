'use client';
import type { StatusSnapshot, StatusView } from '@migration-status/core';
import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import { isSameSelection } from './is-same-selection.ts';

/**
 * The snapshot of a view, or what a selector takes out of it. The component renders again when that becomes another: an
 * object or array whose parts are the same as before stays the same one, so a selector may be written in place.
 *
 * @param view A view of core, or one of `createRemoteStatusView`. Make it once, outside of components.
 * @param selector Pure. Default: the whole snapshot.
 *
 * @example
 * const { done, total } = useStatusView(view, ({ done, total }) => ({ done, total }));
 */
export function useStatusView(view: StatusView): StatusSnapshot;
export function useStatusView<Selection>(
  view: StatusView,
  selector: (snapshot: StatusSnapshot) => Selection,
): Selection;
export function useStatusView(
  view: StatusView,
  selector: (snapshot: StatusSnapshot) => unknown = wholeSnapshot,
): unknown {
  const shown = useRef<unknown>(undefined);
  const select = useMemo(() => {
    let last: { readonly snapshot: StatusSnapshot; readonly selection: unknown } | undefined;
    return () => {
      const snapshot = view.getSnapshot();
      if (last?.snapshot === snapshot) return last.selection;
      const before = last ? last.selection : shown.current;
      const selected = selector(snapshot);
      const selection = isSameSelection(before, selected) ? before : selected;
      last = { snapshot, selection };
      return selection;
    };
  }, [view, selector]);
  const selection = useSyncExternalStore(view.subscribe, select, select);
  useEffect(() => {
    shown.current = selection;
  }, [selection]);
  return selection;
}

function wholeSnapshot(snapshot: StatusSnapshot): StatusSnapshot {
  return snapshot;
}
