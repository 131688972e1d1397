// SPDX-License-Identifier: GPL-2.0
/* Operations on scatter/gather tables. */
#include <linux/dma-direct.h>
#include <linux/mm.h>
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

static void carveout_delete_table(struct carveout_table *table)
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
static struct carveout_table *carveout_new_table(struct carveout_reply *out)
{
	struct carveout_table *table = kzalloc(sizeof(*table), GFP_KERNEL);

	if (!table)
		out->failed = true;
	return table;
}

/* The table is (also) of this buffer. */
static void carveout_add_buffer(struct carveout_table *table, struct carveout_buffer *buffer,
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

static int carveout_put_entries(struct carveout_table *table, struct carveout_reply *out)
{
	struct scatterlist *sg;
	unsigned int i;

	carveout_list_begin(out, RESULT_ENTRIES);
	for_each_sgtable_sg(&table->append.sgt, sg, i)
		carveout_list_add(out, sg_phys(sg), sg->length);
	return 0;
}

static int carveout_define_table(struct carveout_operation *op, struct carveout_reply *out,
				 struct carveout_table *table)
{
	carveout_define(&table->thing, CARVEOUT_TABLE, op->label);
	return carveout_put_entries(table, out);
}

struct carveout_pages {
	struct page **pages;
	size_t count;
};

/* How many pages the operation lists; 0: a buffer that has no pages, or not so many. */
static size_t carveout_count_pages(struct carveout_operation *op)
{
	size_t whole = carveout_buffer_length(op->buffer) >> PAGE_SHIFT;
	struct carveout_reader spans = op->spans;
	size_t count = 0;

	if (!op->buffer->cpu || offset_in_page(op->buffer->phys))
		return 0;
	if (!op->nr_spans)
		return whole;
	for (u32 i = 0; i < op->nr_spans; i++) {
		u32 first = carveout_get_u32(&spans);
		u32 length = carveout_get_u32(&spans);

		if (!carveout_within(first, length, whole))
			return 0;
		count += length;
	}
	return count;
}

static void carveout_list_pages(struct carveout_operation *op, struct carveout_pages *list)
{
	struct page *page = pfn_to_page(PHYS_PFN(op->buffer->phys));
	struct carveout_reader spans = op->spans;
	size_t at = 0;

	if (!op->nr_spans) {
		for (; at < list->count; at++)
			list->pages[at] = nth_page(page, at);
		return;
	}
	for (u32 i = 0; i < op->nr_spans; i++) {
		u32 first = carveout_get_u32(&spans);
		u32 length = carveout_get_u32(&spans);

		for (u32 j = 0; j < length; j++)
			list->pages[at++] = nth_page(page, first + j);
	}
}

struct carveout_layout {
	s64 offset;
	s64 size;
	s64 max_segment;
	s64 more;
};

/* Is the data of the pages, from the first of them to the last? */
static bool carveout_fits(const struct carveout_layout *layout, size_t pages)
{
	return layout->offset >= 0 && layout->offset < PAGE_SIZE && layout->size > 0 &&
	       layout->max_segment >= 0 && layout->max_segment <= UINT_MAX &&
	       layout->more >= 0 && layout->more <= UINT_MAX &&
	       DIV_ROUND_UP(layout->offset + layout->size, PAGE_SIZE) == pages;
}

static int carveout_build(struct carveout_operation *op, struct carveout_reply *out,
			  struct carveout_table *table, struct carveout_layout *layout)
{
	struct carveout_pages list = { .count = carveout_count_pages(op) };
	int error;

	if (layout->size < 0)
		layout->size = list.count * PAGE_SIZE - layout->offset;
	if (!list.count || list.count > UINT_MAX || !carveout_fits(layout, list.count))
		return CARVEOUT_SKIPPED;
	list.pages = kvmalloc_array(list.count, sizeof(*list.pages), GFP_KERNEL);
	if (!list.pages) {
		out->failed = true;
		return CARVEOUT_SKIPPED;
	}
	carveout_list_pages(op, &list);
	error = sg_alloc_append_table_from_pages(&table->append, list.pages, list.count,
						 layout->offset, layout->size,
						 layout->max_segment, layout->more, GFP_KERNEL);
	kvfree(list.pages);
	if (error)
		return error;
	table->promised = layout->more;
	carveout_add_buffer(table, op->buffer, out);
	return 0;
}

int carveout_sg_from_pages(struct carveout_operation *op, struct carveout_reply *out)
{
	struct carveout_table *table = carveout_new_table(out);
	struct carveout_layout layout = {
		.offset = op->field[SG_FROM_PAGES_OFFSET],
		.size = op->field[SG_FROM_PAGES_SIZE],
		.max_segment = op->field[SG_FROM_PAGES_MAX_SEGMENT],
		.more = op->field[SG_FROM_PAGES_MORE],
	};
	int result;

	if (!table)
		return CARVEOUT_SKIPPED;
	table->made = TABLE_APPENDED;
	result = carveout_build(op, out, table, &layout);
	if (result) {
		carveout_delete_table(table);
		return result;
	}
	return carveout_define_table(op, out, table);
}

int carveout_sg_append(struct carveout_operation *op, struct carveout_reply *out)
{
	struct carveout_table *table = op->table;
	struct carveout_layout layout = {
		.offset = op->field[SG_APPEND_OFFSET],
		.size = op->field[SG_APPEND_SIZE],
		.max_segment = op->field[SG_APPEND_MAX_SEGMENT],
		.more = op->field[SG_APPEND_MORE],
	};
	int result;

	/* Nor is a closed table appended to: the place of its last entry is forgotten then. */
	if (carveout_count_pages(op) + layout.more > table->promised)
		return CARVEOUT_SKIPPED;
	result = carveout_build(op, out, table, &layout);
	return result ?: carveout_put_entries(table, out);
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

int carveout_sg_free(struct carveout_operation *op, struct carveout_reply *out)
{
	if (op->table->mapped)
		return CARVEOUT_SKIPPED;
	carveout_drop_table(&op->table->thing);
	return 0;
}
