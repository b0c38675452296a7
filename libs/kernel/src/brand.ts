declare const brand: unique symbol;

/** A `Base` that the compiler does not confuse with any other `Base`. */
export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };
