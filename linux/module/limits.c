// SPDX-License-Identifier: GPL-2.0-only
/* Operations that ask about, or change, what a device can reach. */
#include <linux/dma-direct.h>

#include "carveout.h"

/* Bits beyond 64 are no mask. */
static bool carveout_is_width(s64 bits)
{
	return bits >= 0 && bits <= 64;
}

int carveout_set_mask(struct carveout_operation *op, struct carveout_reply *out)
{
	s64 bits = op->field[SET_MASK_MASK];

	if (!carveout_is_width(bits))
		return CARVEOUT_SKIPPED;
	return dma_set_mask(carveout_dev(op->device), DMA_BIT_MASK(bits));
}

int carveout_set_coherent_mask(struct carveout_operation *op, struct carveout_reply *out)
{
	s64 bits = op->field[SET_COHERENT_MASK_MASK];

	if (!carveout_is_width(bits))
		return CARVEOUT_SKIPPED;
	return dma_set_coherent_mask(carveout_dev(op->device), DMA_BIT_MASK(bits));
}

int carveout_set_offset(struct carveout_operation *op, struct carveout_reply *out)
{
	if (!carveout_kernel.set_offset)
		return CARVEOUT_SKIPPED;
	return carveout_kernel.set_offset(carveout_dev(op->device), op->field[SET_OFFSET_CPU],
					  op->field[SET_OFFSET_DMA], op->field[SET_OFFSET_SIZE]);
}

/* All ones: no window has it. */
static int carveout_put_address(struct carveout_reply *out, u64 address)
{
	if (address == U64_MAX)
		return CARVEOUT_NONE;
	carveout_put_result(out, RESULT_ADDRESS, address);
	return 0;
}

int carveout_phys_to_dma(struct carveout_operation *op, struct carveout_reply *out)
{
	phys_addr_t phys = op->field[PHYS_TO_DMA_PHYS];

	return carveout_put_address(out, phys_to_dma(carveout_dev(op->device), phys));
}

int carveout_dma_to_phys(struct carveout_operation *op, struct carveout_reply *out)
{
	dma_addr_t dma = op->field[DMA_TO_PHYS_DMA];

	return carveout_put_address(out, dma_to_phys(carveout_dev(op->device), dma));
}

int carveout_coherent_ok(struct carveout_operation *op, struct carveout_reply *out)
{
	bool ok;

	if (!carveout_kernel.coherent_ok)
		return CARVEOUT_SKIPPED;
	ok = carveout_kernel.coherent_ok(carveout_dev(op->device), op->field[COHERENT_OK_PHYS],
					 op->field[COHERENT_OK_SIZE]);
	carveout_put_result(out, RESULT_TRUTH, ok);
	return 0;
}

int carveout_capable(struct carveout_operation *op, struct carveout_reply *out)
{
	struct device *dev = carveout_dev(op->device);
	bool capable;

	/* The kernel asks only of devices that have a mask. */
	if (!dev->dma_mask)
		return CARVEOUT_SKIPPED;
	capable = dma_capable(dev, op->field[CAPABLE_DMA], op->field[CAPABLE_SIZE], true);
	carveout_put_result(out, RESULT_TRUTH, capable);
	return 0;
}

int carveout_required_mask(struct carveout_operation *op, struct carveout_reply *out)
{
	u64 mask = dma_get_required_mask(carveout_dev(op->device));

	carveout_put_result(out, RESULT_ADDRESS, mask);
	return 0;
}

int carveout_addressing_limited(struct carveout_operation *op, struct carveout_reply *out)
{
	bool limited = dma_addressing_limited(carveout_dev(op->device));

	carveout_put_result(out, RESULT_TRUTH, limited);
	return 0;
}

int carveout_max_mapping_size(struct carveout_operation *op, struct carveout_reply *out)
{
	size_t size = dma_max_mapping_size(carveout_dev(op->device));

	carveout_put_result(out, RESULT_LENGTH, size);
	return 0;
}

int carveout_opt_mapping_size(struct carveout_operation *op, struct carveout_reply *out)
{
	size_t size = dma_opt_mapping_size(carveout_dev(op->device));

	carveout_put_result(out, RESULT_LENGTH, size);
	return 0;
}
