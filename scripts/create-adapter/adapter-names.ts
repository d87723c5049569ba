/** One name in the spellings that code needs. */
export interface AdapterNames {
  /** `data-mover`: the folder, the files, the provider. */
  readonly kebab: string;
  /** `DataMover`: functions and types, and the vendor in prose until somebody spells it right. */
  readonly pascal: string;
  /** `dataMover`: values. */
  readonly camel: string;
  /** `DATA_MOVER`: variables of the environment. */
  readonly constant: string;
}

/** The name that the template is written with; it has two words, so that its spellings can be told apart. */
export const templateNames: AdapterNames = {
  kebab: 'your-provider',
  pascal: 'YourProvider',
  camel: 'yourProvider',
  constant: 'YOUR_PROVIDER',
};

/** The spellings of a kebab-case name; undefined for any other text. */
export function parseAdapterName(name: string): AdapterNames | undefined {
  if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(name)) return undefined;
  const pascal = name.replaceAll(/(?:^|-)([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
  const camel = `${pascal.slice(0, 1).toLowerCase()}${pascal.slice(1)}`;
  return { kebab: name, pascal, camel, constant: name.toUpperCase().replaceAll('-', '_') };
}

/** A text of the template, or the name of one of its files, with another name in it. */
export function rename(text: string, names: AdapterNames): string {
  return text
    .replaceAll(templateNames.kebab, names.kebab)
    .replaceAll(templateNames.pascal, names.pascal)
    .replaceAll(templateNames.camel, names.camel)
    .replaceAll(templateNames.constant, names.constant);
}
