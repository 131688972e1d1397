/** Faults of Linux's history in the parts we have that cannot be planted here, and why. */
export interface NotApplicable {
  readonly id: string;
  readonly reason: string;
}

export const NOT_APPLICABLE: readonly NotApplicable[] = [];
