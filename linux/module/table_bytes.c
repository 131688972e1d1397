// SPDX-License-Identifier: GPL-2.0-only
/* Operations of the CPU on the bytes of tables. */
#include <linux/slab.h>

#include "carveout.h"

int carveout_sg_nents_for_len(struct carveout_operation *op, struct carveout_reply *out)
{
	int count;

	if (!carveout_is_usable(op->table))
		return CARVEOUT_SKIPPED;
	count = sg_nents_for_len(op->table->append.sgt.sgl, op->field[SG_NENTS_FOR_LEN_LENGTH]);
	if (count < 0)
		return count;
	carveout_put_result(out, RESULT_COUNT, count);
	return 0;
}

/* A buffer for as many bytes as there can be; the caller frees it. */
static void *carveout_copy_of(struct carveout_table *table, s64 *length,
			      struct carveout_reply *out)
{
	struct scatterlist *sg;
	u64 total = 0;
	unsigned int i;
	void *copy;

	for_each_sgtable_sg(&table->append.sgt, sg, i)
		total += sg->length;
	*length = min_t(u64, *length, total);
	copy = kvmalloc(*length, GFP_KERNEL);
	if (!copy)
		out->failed = true;
	return copy;
}

int carveout_sg_read(struct carveout_operation *op, struct carveout_reply *out)
{
	struct sg_table *sgt = &op->table->append.sgt;
	s64 length = op->field[SG_READ_LENGTH];
	void *copy;

	if (!carveout_is_usable(op->table))
		return CARVEOUT_SKIPPED;
	copy = carveout_copy_of(op->table, &length, out);
	if (!copy)
		return CARVEOUT_SKIPPED;
	length = sg_pcopy_to_buffer(sgt->sgl, sgt->orig_nents, copy, length,
				    op->field[SG_READ_SKIP]);
	carveout_put_bytes(out, copy, length);
	kvfree(copy);
	return 0;
}

int carveout_sg_write(struct carveout_operation *op, struct carveout_reply *out)
{
	struct sg_table *sgt = &op->table->append.sgt;
	s64 length = op->field[SG_WRITE_LENGTH];
	void *copy;

	if (!carveout_is_usable(op->table))
		return CARVEOUT_SKIPPED;
	copy = carveout_copy_of(op->table, &length, out);
	if (!copy)
		return CARVEOUT_SKIPPED;
	memset(copy, op->field[SG_WRITE_VALUE], length);
	length = sg_pcopy_from_buffer(sgt->sgl, sgt->orig_nents, copy, length,
				      op->field[SG_WRITE_SKIP]);
	kvfree(copy);
	carveout_put_result(out, RESULT_LENGTH, length);
	return 0;
}
