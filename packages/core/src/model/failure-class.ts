interface FailureTraits {
  /** Whether the same call may succeed later without anybody changing anything. */
  readonly isRetryable: boolean;
  /** Whether the provider refuses us, so that asking on and on does no good. */
  readonly isRefusal: boolean;
}

const traits = {
  transient: { isRetryable: true, isRefusal: false },
  throttled: { isRetryable: true, isRefusal: false },
  unauthorized: { isRetryable: false, isRefusal: true },
  forbidden: { isRetryable: false, isRefusal: true },
  invalid_request: { isRetryable: false, isRefusal: true },
  invalid_response: { isRetryable: false, isRefusal: false },
} as const satisfies Record<string, FailureTraits>;

/**
 * What a failed read says about our access to the provider; never about the migration.
 *
 * | class | meaning | read again |
 * |---|---|---|
 * | `transient` | outage, network, timeout | yes, with growing gaps |
 * | `throttled` | too many requests | yes, once the provider allows it |
 * | `unauthorized` | credentials missing, wrong or expired | a few times, then not before somebody acts |
 * | `forbidden` | credentials without the right | a few times, then not before somebody acts |
 * | `invalid_request` | the provider rejects what was asked | a few times, then not before somebody acts |
 * | `invalid_response` | an answer that does not fit its documentation | yes, with growing gaps |
 */
export type FailureClass = keyof typeof traits;

/** What follows from a failure of this class. */
export function traitsOf(failure: FailureClass): FailureTraits {
  return traits[failure];
}

/** Whether a value is a {@link FailureClass}. */
export function isFailureClass(value: unknown): value is FailureClass {
  return typeof value === 'string' && Object.hasOwn(traits, value);
}
