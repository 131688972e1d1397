// SPDX-License-Identifier: GPL-2.0-only
/* Frames as bytes. Their format is described in ARCHITECTURE.md, "Linux as a subject". */
#include <linux/slab.h>
#include <linux/unaligned.h>

#include "carveout.h"

/* An answer begins with its kind, warnings (never any) and the number of results. */
#define ANSWER_KIND 0
#define ANSWER_RESULTS 2
#define ANSWER_HEAD 3

enum { KIND_OK, KIND_NONE, KIND_ERROR, KIND_SKIPPED };

static const u8 *carveout_get(struct carveout_reader *in, size_t length)
{
	const u8 *at = in->at;

	if (in->end - in->at < length) {
		in->bad = true;
		in->at = in->end;
		return NULL;
	}
	in->at += length;
	return at;
}

u8 carveout_get_u8(struct carveout_reader *in)
{
	const u8 *at = carveout_get(in, sizeof(u8));

	return at ? *at : 0;
}

u32 carveout_get_u32(struct carveout_reader *in)
{
	const u8 *at = carveout_get(in, sizeof(u32));

	return at ? get_unaligned_le32(at) : 0;
}

u64 carveout_get_u64(struct carveout_reader *in)
{
	const u8 *at = carveout_get(in, sizeof(u64));

	return at ? get_unaligned_le64(at) : 0;
}

static bool carveout_room(struct carveout_reply *out, size_t length)
{
	size_t needed = out->length + length;
	u8 *data;

	if (out->failed)
		return false;
	if (needed <= out->capacity)
		return true;
	needed = max(needed, 2 * out->capacity);
	data = kvrealloc(out->data, needed, GFP_KERNEL);
	if (!data) {
		out->failed = true;
		return false;
	}
	out->data = data;
	out->capacity = needed;
	return true;
}

void carveout_put(struct carveout_reply *out, const void *from, size_t length)
{
	if (!carveout_room(out, length))
		return;
	memcpy(out->data + out->length, from, length);
	out->length += length;
}

void carveout_put_u8(struct carveout_reply *out, u8 value)
{
	carveout_put(out, &value, sizeof(value));
}

void carveout_put_u32(struct carveout_reply *out, u32 value)
{
	__le32 bytes = cpu_to_le32(value);

	carveout_put(out, &bytes, sizeof(bytes));
}

void carveout_put_u64(struct carveout_reply *out, u64 value)
{
	__le64 bytes = cpu_to_le64(value);

	carveout_put(out, &bytes, sizeof(bytes));
}

/* Until the operation says otherwise it succeeds, without results. */
void carveout_answer_begin(struct carveout_reply *out)
{
	static const u8 head[ANSWER_HEAD];

	out->answer = out->length;
	carveout_put(out, head, sizeof(head));
}

static u8 carveout_kind_of(int result)
{
	switch (result) {
	case 0:
		return KIND_OK;
	case CARVEOUT_NONE:
		return KIND_NONE;
	case CARVEOUT_SKIPPED:
		return KIND_SKIPPED;
	default:
		return KIND_ERROR;
	}
}

void carveout_answer_end(struct carveout_reply *out, int result)
{
	if (!result || out->failed)
		return;
	/* Nothing but success has results, and their number. */
	out->length = out->answer + ANSWER_RESULTS;
	out->data[out->answer + ANSWER_KIND] = carveout_kind_of(result);
	if (result < 0)
		carveout_put_u32(out, -result);
}

static void carveout_result_begin(struct carveout_reply *out, enum carveout_result field)
{
	carveout_put_u8(out, field);
	if (!out->failed)
		out->data[out->answer + ANSWER_RESULTS]++;
}

void carveout_put_result(struct carveout_reply *out, enum carveout_result field, u64 value)
{
	carveout_result_begin(out, field);
	carveout_put_u64(out, value);
}

void carveout_list_begin(struct carveout_reply *out, enum carveout_result field)
{
	carveout_result_begin(out, field);
	out->list = out->length;
	carveout_put_u32(out, 0);
}

void carveout_list_add(struct carveout_reply *out, u64 first, u64 second)
{
	carveout_put_u64(out, first);
	carveout_put_u64(out, second);
	if (!out->failed)
		le32_add_cpu((__le32 *)(out->data + out->list), 1);
}
