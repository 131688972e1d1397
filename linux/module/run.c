// SPDX-License-Identifier: GPL-2.0-only
/* A batch of operations: each is decoded as its row says, and done. */
#include "carveout.h"

struct carveout_field {
	u8 type;
	u8 choices;
};

struct carveout_row {
	bool defines;
	u8 nr_fields;
	struct carveout_field fields[CARVEOUT_FIELDS_MAX];
};

static const struct carveout_row carveout_rows[OP_COUNT] = CARVEOUT_ROWS;

/*
 * Those without one are skipped: a module cannot do them to a running kernel (census, pin, unpin,
 * run_work), or an emulated machine shows nothing of them (evict, prefetch).
 */
static carveout_handler *const carveout_handlers[OP_COUNT] = {
	[OP_SET_MASK] = carveout_set_mask,
	[OP_SET_COHERENT_MASK] = carveout_set_coherent_mask,
	[OP_SET_OFFSET] = carveout_set_offset,
	[OP_PHYS_TO_DMA] = carveout_phys_to_dma,
	[OP_DMA_TO_PHYS] = carveout_dma_to_phys,
	[OP_COHERENT_OK] = carveout_coherent_ok,
	[OP_CAPABLE] = carveout_capable,
	[OP_REQUIRED_MASK] = carveout_required_mask,
	[OP_ADDRESSING_LIMITED] = carveout_addressing_limited,
	[OP_DECLARE] = carveout_declare,
	[OP_RELEASE] = carveout_release,
	[OP_ATTACH] = carveout_attach,
	[OP_DETACH] = carveout_detach,
	[OP_ALLOC_COHERENT] = carveout_alloc_coherent,
	[OP_ALLOC_NONCOHERENT] = carveout_alloc_noncoherent,
	[OP_FREE] = carveout_free,
	[OP_MMAP] = carveout_mmap,
	[OP_WRITE] = carveout_write,
	[OP_READ] = carveout_read,
	[OP_ALLOC_PAGES] = carveout_alloc_pages,
	[OP_ALLOC_EXACT] = carveout_alloc_exact,
	[OP_ALLOC_CONTIG] = carveout_alloc_contig,
	[OP_FREE_PAGES] = carveout_free_pages,
	[OP_SG_FROM_PAGES] = carveout_sg_from_pages,
	[OP_SG_APPEND] = carveout_sg_append,
	[OP_SG_OF_BUFFER] = carveout_sg_of_buffer,
	[OP_SG_SPLIT] = carveout_sg_split,
	[OP_SG_NENTS_FOR_LEN] = carveout_sg_nents_for_len,
	[OP_SG_READ] = carveout_sg_read,
	[OP_SG_WRITE] = carveout_sg_write,
	[OP_SG_FREE] = carveout_sg_free,
	[OP_MAP_PAGE] = carveout_map_page,
	[OP_MAP_SGTABLE] = carveout_map_sgtable,
	[OP_MAP_RESOURCE] = carveout_map_resource,
	[OP_UNMAP] = carveout_unmap,
	[OP_SYNC_FOR_CPU] = carveout_sync_for_cpu,
	[OP_SYNC_FOR_DEVICE] = carveout_sync_for_device,
	[OP_NEED_SYNC] = carveout_need_sync,
	[OP_MAX_MAPPING_SIZE] = carveout_max_mapping_size,
	[OP_OPT_MAPPING_SIZE] = carveout_opt_mapping_size,
	[OP_MAPPED_READ] = carveout_mapped_read,
	[OP_MAPPED_WRITE] = carveout_mapped_write,
	[OP_DEVICE_READ] = carveout_device_read,
	[OP_DEVICE_WRITE] = carveout_device_write,
};

/* Remembers where the spans are and goes on behind them. */
static void carveout_decode_spans(struct carveout_reader *in, struct carveout_operation *op)
{
	op->nr_spans = carveout_get_u32(in);
	op->spans = *in;
	if (op->nr_spans > (in->end - in->at) / (2 * sizeof(u32)))
		in->bad = true;
	else
		in->at += op->nr_spans * 2 * sizeof(u32);
}

static void carveout_decode_field(struct carveout_reader *in, struct carveout_operation *op,
				  const struct carveout_field *field, s64 *value)
{
	if (field->type == TYPE_SPANS) {
		carveout_decode_spans(in, op);
		return;
	}
	*value = carveout_get_u64(in);
	if (field->type == TYPE_CHOICE && (u64)*value >= field->choices)
		in->bad = true;
}

static const struct carveout_row *carveout_decode(struct carveout_reader *in,
						  struct carveout_operation *op)
{
	const struct carveout_row *row;
	u8 code = carveout_get_u8(in);

	if (code >= OP_COUNT) {
		in->bad = true;
		return NULL;
	}
	*op = (struct carveout_operation){ .op = code };
	row = &carveout_rows[code];
	if (row->defines)
		op->label = carveout_get_u64(in);
	for (int i = 0; i < row->nr_fields; i++)
		carveout_decode_field(in, op, &row->fields[i], &op->field[i]);
	return in->bad ? NULL : row;
}

/* Finds what the fields name; false: it is not there. Only devices may be left out. */
static bool carveout_resolve(struct carveout_operation *op, const struct carveout_row *row)
{
	for (int i = 0; i < row->nr_fields; i++) {
		s64 value = op->field[i];
		bool found = true;

		switch (row->fields[i].type) {
		case TYPE_DEVICE:
			op->device = carveout_device(value);
			/* A device is left out only where a buffer has one. */
			found = op->device || (value < 0 && op->buffer);
			break;
		case TYPE_BUFFER:
			op->buffer = carveout_find(CARVEOUT_BUFFER, value);
			found = op->buffer;
			break;
		case TYPE_TABLE:
			op->table = carveout_find(CARVEOUT_TABLE, value);
			found = op->table;
			break;
		case TYPE_MAPPING:
			op->mapping = carveout_find(CARVEOUT_MAPPING, value);
			found = op->mapping && carveout_is_found(op->mapping);
			break;
		}
		if (!found)
			return false;
	}
	return true;
}

static int carveout_do(struct carveout_operation *op, const struct carveout_row *row,
		       struct carveout_reply *out)
{
	carveout_handler *handler = carveout_handlers[op->op];
	int result;

	if (!handler || !carveout_resolve(op, row))
		return CARVEOUT_SKIPPED;
	if (!row->defines)
		return handler(op, out);
	if (!carveout_reserve(op->label))
		return CARVEOUT_SKIPPED;
	result = handler(op, out);
	carveout_unreserve(op->label);
	return result;
}

void carveout_run(struct carveout_reader *in, struct carveout_reply *out)
{
	u32 count = carveout_get_u32(in);

	for (u32 i = 0; i < count && !in->bad; i++) {
		struct carveout_operation op;
		const struct carveout_row *row = carveout_decode(in, &op);

		if (!row)
			return;
		carveout_now = i;
		carveout_answer_begin(out);
		carveout_answer_end(out, carveout_do(&op, row, out));
		carveout_now = -1;
	}
}
