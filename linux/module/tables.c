// SPDX-License-Identifier: GPL-2.0-only
/* Scatter/gather tables: what is remembered of them, how they come from others, and end. */
#include <linux/dma-direct.h>
#include <linux/slab.h>

#include "carveout.h"

/* Closed, and all of its pages still belong to somebody. */
bool carveout_is_usable(const struct carveout_table *table)
{
	for (unsigned int i = 0; i < table->nr_buffers; i++) {
		if (!table->buffers[i]->live)
			return false;
	}
	return !table->promised;
}

static void carveout_free_entries(struct carveout_table *table)
{
	switch (table->made) {
	case TABLE_APPENDED:
		sg_free_append_table(&table->append);
		break;
	case TABLE_PLAIN:
		sg_free_table(&table->append.sgt);
		break;
	case TABLE_SPLIT:
		kfree(table->append.sgt.sgl);
		break;
	}
}

void carveout_delete_table(struct carveout_table *table)
{
	carveout_free_entries(table);
	for (unsigned int i = 0; i < table->nr_buffers; i++)
		carveout_put_buffer(table->buffers[i]);
	kfree(table->buffers);
	kfree(table);
}

void carveout_drop_table(struct carveout_thing *thing)
{
	carveout_forget(thing);
	carveout_delete_table(container_of(thing, struct carveout_table, thing));
}

/* NULL: there is no memory for it, and the reply has failed. */
struct carveout_table *carveout_new_table(struct carveout_reply *out)
{
	struct carveout_table *table = kzalloc(sizeof(*table), GFP_KERNEL);

	if (!table)
		out->failed = true;
	return table;
}

/* The table is (also) of this buffer. */
void carveout_add_buffer(struct carveout_table *table, struct carveout_buffer *buffer,
			 struct carveout_reply *out)
{
	struct carveout_buffer **buffers = krealloc_array(table->buffers, table->nr_buffers + 1,
							  sizeof(*buffers), GFP_KERNEL);

	if (!buffers) {
		out->failed = true;
		return;
	}
	buffers[table->nr_buffers++] = buffer;
	table->buffers = buffers;
	carveout_get_buffer(buffer);
}

int carveout_put_entries(struct carveout_table *table, struct carveout_reply *out)
{
	struct scatterlist *sg;
	unsigned int i;

	carveout_list_begin(out, RESULT_ENTRIES);
	for_each_sgtable_sg(&table->append.sgt, sg, i)
		carveout_list_add(out, sg_phys(sg), sg->length);
	return 0;
}

int carveout_define_table(struct carveout_operation *op, struct carveout_reply *out,
			  struct carveout_table *table)
{
	carveout_define(&table->thing, CARVEOUT_TABLE, op->label);
	return carveout_put_entries(table, out);
}

/* The kernel finds the page by the handle, so that must name it. */
int carveout_sg_of_buffer(struct carveout_operation *op, struct carveout_reply *out)
{
	struct carveout_buffer *buffer = op->buffer;
	struct carveout_table *table;
	int error;

	if (buffer->source != FROM_DMA || !buffer->cpu ||
	    dma_to_phys(carveout_via(op), buffer->handle) != buffer->phys)
		return CARVEOUT_SKIPPED;
	table = carveout_new_table(out);
	if (!table)
		return CARVEOUT_SKIPPED;
	table->made = TABLE_PLAIN;
	error = dma_get_sgtable_attrs(carveout_via(op), &table->append.sgt, buffer->cookie,
				      buffer->handle, buffer->size, buffer->attrs);
	if (error) {
		carveout_delete_table(table);
		return error;
	}
	carveout_add_buffer(table, buffer, out);
	return carveout_define_table(op, out, table);
}

/* One output; it is an array without a table. */
int carveout_sg_split(struct carveout_operation *op, struct carveout_reply *out)
{
	struct carveout_table *from = op->table;
	struct carveout_table *table;
	size_t size = op->field[SG_SPLIT_SIZE];
	struct sg_table *sgt;
	int error;

	if (from->mapped || !carveout_is_usable(from))
		return CARVEOUT_SKIPPED;
	table = carveout_new_table(out);
	if (!table)
		return CARVEOUT_SKIPPED;
	table->made = TABLE_SPLIT;
	sgt = &table->append.sgt;
	error = sg_split(from->append.sgt.sgl, 0, op->field[SG_SPLIT_SKIP], 1, &size, &sgt->sgl,
			 NULL, GFP_KERNEL);
	if (error) {
		carveout_delete_table(table);
		return error;
	}
	sgt->orig_nents = sg_nents(sgt->sgl);
	sgt->nents = sgt->orig_nents;
	for (unsigned int i = 0; i < from->nr_buffers; i++)
		carveout_add_buffer(table, from->buffers[i], out);
	return carveout_define_table(op, out, table);
}

int carveout_sg_free(struct carveout_operation *op, struct carveout_reply *out)
{
	if (op->table->mapped)
		return CARVEOUT_SKIPPED;
	carveout_drop_table(&op->table->thing);
	return 0;
}
