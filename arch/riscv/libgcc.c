/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the compiler calls for operations that rv64imac has no instruction for. The compiler's own library is built for
 * another calling convention (floating point in registers) and cannot be linked.
 */
#include "hal/types.h"

int __ctzdi2(u64 x);
int __clzdi2(u64 x);
int __popcountdi2(u64 x);
u32 __bswapsi2(u32 x);
u64 __bswapdi2(u64 x);

/* The lowest bit alone, times a de Bruijn sequence, has a value of its own in the top six bits. */
#define DE_BRUIJN 0x03f79d71b4cb0a89ULL

int __ctzdi2(u64 x)
{
	static const u8 at[64] = {0,  1,  48, 2,  57, 49, 28, 3,  61, 58, 50, 42, 38, 29, 17, 4,
				  62, 55, 59, 36, 53, 51, 43, 22, 45, 39, 33, 30, 24, 18, 12, 5,
				  63, 47, 56, 27, 60, 41, 37, 16, 54, 35, 52, 21, 44, 32, 23, 11,
				  46, 26, 40, 15, 34, 20, 31, 10, 25, 14, 19, 9,  13, 8,  7,  6};

	return at[(x & (0 - x)) * DE_BRUIJN >> 58];
}

int __clzdi2(u64 x)
{
	int n = 0;

	for (u32 half = 32; half; half >>= 1) {
		if (!(x >> (64 - half))) {
			n += (int)half;
			x <<= half;
		}
	}
	return n;
}

int __popcountdi2(u64 x)
{
	x -= x >> 1 & 0x5555555555555555ULL;
	x = (x & 0x3333333333333333ULL) + (x >> 2 & 0x3333333333333333ULL);
	x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fULL;
	return (int)(x * 0x0101010101010101ULL >> 56);
}

/* Written so that the compiler does not see what it is and call it for it. */
u32 __bswapsi2(u32 x)
{
	x = (x & 0x00ff00ff) << 8 | (x >> 8 & 0x00ff00ff);
	__asm__("" : "+r"(x));
	return x << 16 | x >> 16;
}

u64 __bswapdi2(u64 x)
{
	return (u64)__bswapsi2((u32)x) << 32 | __bswapsi2((u32)(x >> 32));
}
