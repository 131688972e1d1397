// SPDX-License-Identifier: GPL-2.0-only
/* Between programs: everything that lives is taken back, and devices are made anew. */
#include <linux/cpumask.h>
#include <linux/sched.h>

#include "carveout.h"

/* Mappings look at tables, tables at buffers, buffers at the pools of devices. */
void carveout_take_back(void)
{
	carveout_for_each(CARVEOUT_MAPPING, carveout_drop_mapping);
	carveout_for_each(CARVEOUT_TABLE, carveout_drop_table);
	carveout_for_each(CARVEOUT_BUFFER, carveout_drop_buffer);
	carveout_remove_devices();
}

static int carveout_make(struct carveout_reader *in)
{
	int error = carveout_reset_bounce_pool();

	if (error)
		return error;
	error = carveout_make_devices(in);
	if (error)
		return error;
	return carveout_make_arenas(in);
}

int carveout_setup(struct carveout_reader *in)
{
	int error;

	carveout_take_back();
	/* The next program runs where it says, or anywhere. */
	set_cpus_allowed_ptr(current, cpu_possible_mask);
	error = carveout_make(in);
	/* What is left of the request was not asked for. */
	if (error)
		in->at = in->end;
	return error;
}
