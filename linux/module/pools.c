// SPDX-License-Identifier: GPL-2.0-only
/* Operations that bind memory to devices. */
#include <linux/of_reserved_mem.h>

#include "carveout.h"

int carveout_attach(struct carveout_operation *op, struct carveout_reply *out)
{
	struct device *dev = carveout_dev(op->device);
	s64 index = op->field[ATTACH_INDEX];

	if (index > INT_MAX)
		return CARVEOUT_SKIPPED;
	return of_reserved_mem_device_init_by_idx(dev, dev->of_node, index);
}

int carveout_detach(struct carveout_operation *op, struct carveout_reply *out)
{
	of_reserved_mem_device_release(carveout_dev(op->device));
	return 0;
}

int carveout_declare(struct carveout_operation *op, struct carveout_reply *out)
{
	struct carveout_device *device = op->device;
	phys_addr_t phys = op->field[DECLARE_PHYS];
	dma_addr_t dma = op->field[DECLARE_DMA];
	size_t size = op->field[DECLARE_SIZE];
	int error;

	if (!carveout_kernel.declare || !carveout_kernel.release)
		return CARVEOUT_SKIPPED;
	error = carveout_kernel.declare(carveout_dev(device), phys, dma, size);
	if (error)
		return error;
	device->declared = carveout_dev(device)->dma_mem;
	device->declared_phys = phys;
	device->declared_dma = dma;
	device->declared_size = size;
	return 0;
}

/*
 * An attached pool is not the device's to destroy: others look at it. Nor is one with buffers in
 * it, which nobody could free then.
 */
int carveout_release(struct carveout_operation *op, struct carveout_reply *out)
{
	struct carveout_device *device = op->device;

	if (!device->declared)
		return carveout_dev(device)->dma_mem ? CARVEOUT_SKIPPED : 0;
	if (carveout_pool_is_used(device->declared))
		return CARVEOUT_SKIPPED;
	carveout_kernel.release(carveout_dev(device));
	device->declared = NULL;
	return 0;
}
