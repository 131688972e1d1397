// SPDX-License-Identifier: GPL-2.0-only
/* What is part of the interface and yet not exported: kallsyms knows where it is. */
#include <linux/kallsyms.h>
#include <linux/kprobes.h>

#include "carveout.h"

struct carveout_symbols carveout_kernel;

/* kallsyms_lookup_name() is not exported either, but a probe of it is told its address. */
static unsigned long carveout_kallsyms(void)
{
	struct kprobe probe = { .symbol_name = "kallsyms_lookup_name" };
	unsigned long address;

	if (register_kprobe(&probe))
		return 0;
	address = (unsigned long)probe.addr;
	unregister_kprobe(&probe);
	return address;
}

typedef unsigned long carveout_lookup(const char *name);

int carveout_find_symbols(void)
{
	carveout_lookup *lookup = (carveout_lookup *)carveout_kallsyms();

	if (!lookup)
		return -ENOENT;
	carveout_kernel.declare = (void *)lookup("dma_declare_coherent_memory");
	carveout_kernel.release = (void *)lookup("dma_release_coherent_memory");
	carveout_kernel.set_offset = (void *)lookup("dma_direct_set_offset");
	carveout_kernel.coherent_ok = (void *)lookup("dma_coherent_ok");
	carveout_kernel.area_base = (void *)lookup("cma_get_base");
	carveout_kernel.area_size = (void *)lookup("cma_get_size");
	carveout_kernel.default_area = (void *)lookup("dma_contiguous_default_area");
	/* Without one of them answers would be guesses. */
	if (!carveout_kernel.declare || !carveout_kernel.release || !carveout_kernel.set_offset ||
	    !carveout_kernel.coherent_ok || !carveout_kernel.area_base ||
	    !carveout_kernel.area_size || !carveout_kernel.default_area)
		return -ENOENT;
	return 0;
}
