/** The version of this package, which a report carries: an audit that is added is a minor version. */
export const kitVersion = '0.1.0';
