// SPDX-License-Identifier: GPL-2.0-only
/* Things by label. A label is the host's number for what an operation made. */
#include <linux/xarray.h>

#include "carveout.h"

static DEFINE_XARRAY(carveout_things);

/* Makes sure that the label can be defined; false: it lives already, or cannot be one. */
bool carveout_reserve(s64 label)
{
	if (label < 0 || xa_load(&carveout_things, label))
		return false;
	return !xa_reserve(&carveout_things, label, GFP_KERNEL);
}

/* Does nothing to a label that was defined. */
void carveout_unreserve(s64 label)
{
	xa_release(&carveout_things, label);
}

/* The label is reserved, so there is a place for it. */
void carveout_define(struct carveout_thing *thing, enum carveout_kind kind, s64 label)
{
	thing->kind = kind;
	thing->label = label;
	WARN_ON(xa_is_err(xa_store(&carveout_things, label, thing, GFP_KERNEL)));
}

/* NULL: it never lived, is dead, or is something else. */
void *carveout_find(enum carveout_kind kind, s64 label)
{
	struct carveout_thing *thing = label < 0 ? NULL : xa_load(&carveout_things, label);

	return thing && thing->kind == kind ? thing : NULL;
}

void carveout_forget(struct carveout_thing *thing)
{
	xa_erase(&carveout_things, thing->label);
}

/* @each may forget what it is given. */
void carveout_for_each(enum carveout_kind kind, void (*each)(struct carveout_thing *thing))
{
	struct carveout_thing *thing;
	unsigned long label;

	xa_for_each(&carveout_things, label, thing) {
		if (thing->kind == kind)
			each(thing);
	}
}

/* Is there one the test says yes to? */
bool carveout_any(enum carveout_kind kind,
		  bool (*test)(const struct carveout_thing *thing, const void *data),
		  const void *data)
{
	struct carveout_thing *thing;
	unsigned long label;

	xa_for_each(&carveout_things, label, thing) {
		if (thing->kind == kind && test(thing, data))
			return true;
	}
	return false;
}
