// SPDX-License-Identifier: GPL-2.0-only
/*
 * When the kernel dies of an operation, the console says of which: the answers before it are lost
 * with the rest, and the host need not ask for them one by one.
 */
#include <linux/kdebug.h>
#include <linux/notifier.h>
#include <linux/panic_notifier.h>

#include "carveout.h"

int carveout_now = -1;

static int carveout_died(struct notifier_block *block, unsigned long event, void *data)
{
	/* A panic follows an Oops of the first process: it is told once. */
	if (carveout_now >= 0)
		pr_emerg("carveout: died at operation %d\n", carveout_now);
	carveout_now = -1;
	return NOTIFY_DONE;
}

static int carveout_oopsed(struct notifier_block *block, unsigned long event, void *data)
{
	return event == DIE_OOPS ? carveout_died(block, event, data) : NOTIFY_DONE;
}

static struct notifier_block carveout_die_block = { .notifier_call = carveout_oopsed };
static struct notifier_block carveout_panic_block = { .notifier_call = carveout_died };

int carveout_watch(void)
{
	int error = register_die_notifier(&carveout_die_block);

	if (error)
		return error;
	error = atomic_notifier_chain_register(&panic_notifier_list, &carveout_panic_block);
	if (error)
		unregister_die_notifier(&carveout_die_block);
	return error;
}

void carveout_unwatch(void)
{
	atomic_notifier_chain_unregister(&panic_notifier_list, &carveout_panic_block);
	unregister_die_notifier(&carveout_die_block);
}
