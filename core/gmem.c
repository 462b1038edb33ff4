/* SPDX-License-Identifier: Apache-2.0 */
/* Checked access to guest memory; contract in gmem.h. No locks: the window is this CPU's. */
#include "core/gmem.h"

#include "core/string.h"
#include "hal/atomic.h"
#include "hal/mem.h"

#define BOUNCE 512u

enum mode { READ, READ_POC, WRITE, HOST_WRITE };

static enum err translate(const struct aspace *as, u64 gpa, u64 len, enum mode mode, hpa_t *hpa, u64 *chunk)
{
	if (mode == HOST_WRITE)
		return aspace_translate_host(as, GPA(gpa), len, hpa, chunk);
	return aspace_translate(as, GPA(gpa), len, mode == WRITE, hpa, chunk);
}

/* One contiguous piece; *got is how much of it. */
static enum err piece(const struct aspace *as, u64 gpa, u8 *buf, u64 len, enum mode mode, u64 *got)
{
	hpa_t hpa;
	u64 chunk;
	enum err e = translate(as, gpa, len, mode, &hpa, &chunk);

	if (e)
		return e;

	void *va = window_open(hpa, chunk, got);

	/* Before: what a cache held was there before the guest wrote past it. After: nor is this left to be found so. */
	if (mode == READ_POC)
		cache_clean_inval(va, *got);
	if (mode <= READ_POC)
		memcpy(buf, va, *got);
	else
		memcpy(va, buf, *got);
	if (mode != READ && mode != WRITE)
		cache_clean_inval(va, *got);
	window_close();
	return OK;
}

static enum err copy(const struct aspace *as, gpa_t gpa, u8 *buf, u64 len, enum mode mode)
{
	if (len > GMEM_MAX || gpa.v + len < gpa.v)
		return ERR_INVAL;
	for (u64 done = 0, got = 0; done < len; done += got) {
		enum err e = piece(as, gpa.v + done, buf + done, len - done, mode, &got);

		if (e)
			return e;
	}
	return OK;
}

enum err gmem_read(const struct aspace *as, gpa_t gpa, void *buf, u64 len)
{
	return copy(as, gpa, buf, len, READ);
}

enum err gmem_read_poc(const struct aspace *as, gpa_t gpa, void *buf, u64 len)
{
	return copy(as, gpa, buf, len, READ_POC);
}

enum err gmem_write(const struct aspace *as, gpa_t gpa, const void *buf, u64 len)
{
	return copy(as, gpa, (u8 *)(uintptr_t)buf, len, WRITE);
}

enum err gmem_write_host(const struct aspace *as, gpa_t gpa, const void *buf, u64 len)
{
	return copy(as, gpa, (u8 *)(uintptr_t)buf, len, HOST_WRITE);
}

enum err gmem_copy(const struct aspace *to, gpa_t dst, const struct aspace *from, gpa_t src, u64 len)
{
	u8 bounce[BOUNCE];

	if (len > GMEM_MAX)
		return ERR_INVAL;
	for (u64 done = 0; done < len; done += BOUNCE) {
		u64 n = min_u64(BOUNCE, len - done);
		enum err e = gmem_read(from, GPA(src.v + done), bounce, n);

		if (!e)
			e = gmem_write(to, GPA(dst.v + done), bounce, n);
		if (e)
			return e;
	}
	return OK;
}

/* ---- single values ---- */

static u64 load(const void *va, u32 size)
{
	switch (size) {
	case 1:
		return load_acquire((const u8 *)va);
	case 2:
		return load_acquire((const u16 *)va);
	case 4:
		return load_acquire((const u32 *)va);
	default:
		return load_acquire((const u64 *)va);
	}
}

static void store(void *va, u32 size, u64 value)
{
	switch (size) {
	case 1:
		store_release((u8 *)va, (u8)value);
		break;
	case 2:
		store_release((u16 *)va, (u16)value);
		break;
	case 4:
		store_release((u32 *)va, (u32)value);
		break;
	default:
		store_release((u64 *)va, value);
		break;
	}
}

/* Open the window on one aligned value. Regions are page aligned, so it is in one piece. */
static enum err open_value(const struct aspace *as, gpa_t gpa, u32 size, enum mode mode, void **va)
{
	hpa_t hpa;
	u64 chunk;

	if (!size || size > 8 || (size & (size - 1)) || (gpa.v & (size - 1)))
		return ERR_INVAL;

	enum err e = translate(as, gpa.v, size, mode, &hpa, &chunk);

	if (e == OK)
		*va = window_open(hpa, size, &chunk);
	return e;
}

enum err gmem_get(const struct aspace *as, gpa_t gpa, u32 size, u64 *value)
{
	void *va;
	enum err e = open_value(as, gpa, size, READ, &va);

	if (e)
		return e;
	*value = load(va, size);
	window_close();
	return OK;
}

enum err gmem_put(const struct aspace *as, gpa_t gpa, u32 size, u64 value)
{
	void *va;
	enum err e = open_value(as, gpa, size, WRITE, &va);

	if (e)
		return e;
	store(va, size, value);
	window_close();
	return OK;
}
