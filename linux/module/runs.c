// SPDX-License-Identifier: GPL-2.0-only
/* Bytes as run lengths, [value, count], across the pieces they come in. */
#include <linux/string.h>

#include "carveout.h"

void carveout_runs_begin(struct carveout_runs *runs, struct carveout_reply *out)
{
	carveout_list_begin(out, RESULT_BYTES);
	*runs = (struct carveout_runs){ .out = out };
}

static void carveout_run_of(struct carveout_runs *runs, u8 value, size_t count)
{
	if (runs->count && runs->value != value) {
		carveout_list_add(runs->out, runs->value, runs->count);
		runs->count = 0;
	}
	runs->value = value;
	runs->count += count;
}

void carveout_runs_add(struct carveout_runs *runs, const void *from, size_t length)
{
	const u8 *at = from;

	/* The canary: one byte of every read of more than one. */
	if (carveout_lies_about_bytes() && !runs->count && length > 1) {
		carveout_run_of(runs, *at ^ 1, 1);
		at++;
		length--;
	}
	while (length) {
		const u8 *other = memchr_inv(at, *at, length);
		size_t count = other ? other - at : length;

		carveout_run_of(runs, *at, count);
		at += count;
		length -= count;
	}
}

void carveout_runs_end(struct carveout_runs *runs)
{
	if (runs->count)
		carveout_list_add(runs->out, runs->value, runs->count);
}

void carveout_put_bytes(struct carveout_reply *out, const void *from, size_t length)
{
	struct carveout_runs runs;

	carveout_runs_begin(&runs, out);
	carveout_runs_add(&runs, from, length);
	carveout_runs_end(&runs);
}
