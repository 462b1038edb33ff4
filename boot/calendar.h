/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calendar and seconds since 1970, UTC. Plain C without other headers of the tree, like handoff.h: the UEFI application
 * uses it, too.
 */
#ifndef BOOT_CALENDAR_H
#define BOOT_CALENDAR_H

#include <stdint.h>

#define CALENDAR_ZONE_UNKNOWN 0x7ff
#define CALENDAR_DAY 86400u

/* As firmware's clock shows it. */
struct calendar {
	uint32_t year; /* 1970 to 9999 */
	uint32_t month, day, hour, minute, second;
	int32_t zone; /* minutes to add for UTC, CALENDAR_ZONE_UNKNOWN: it is UTC */
};

/*
 * Days from 0000-03-01 to the first of a month. A year that begins in March has its leap day last, and its months
 * are of 153 days in each five, so that both are a division.
 */
static inline uint32_t calendar_month(uint32_t year, uint32_t month)
{
	uint32_t y = month > 2 ? year : year - 1, m = (month + 9) % 12;

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5;
}

#define CALENDAR_1970 719468u /* days from 0000-03-01 */

/* Seconds since 1970, 0: no such time. */
static inline uint64_t calendar_seconds(const struct calendar *c)
{
	uint32_t days;
	int64_t zone = c->zone == CALENDAR_ZONE_UNKNOWN ? 0 : c->zone, seconds;

	if (c->year < 1970 || c->year > 9999 || c->month < 1 || c->month > 12 || c->day < 1 || c->hour > 23 ||
	    c->minute > 59 || c->second > 59 || zone < -1440 || zone > 1440)
		return 0;
	days = calendar_month(c->year, c->month);
	if (c->day > calendar_month(c->year + (c->month == 12), c->month % 12 + 1) - days)
		return 0;
	days += c->day - 1 - CALENDAR_1970;
	seconds = (int64_t)days * CALENDAR_DAY + c->hour * 3600 + c->minute * 60 + c->second + zone * 60;
	return seconds > 0 ? (uint64_t)seconds : 0;
}

/* The other way round, in UTC; up to the year 9999. */
static inline struct calendar calendar_of(uint64_t seconds)
{
	uint32_t days = (uint32_t)(seconds / CALENDAR_DAY) + CALENDAR_1970;
	uint32_t of_day = (uint32_t)(seconds % CALENDAR_DAY);
	struct calendar c = {.hour = of_day / 3600, .minute = of_day / 60 % 60, .second = of_day % 60};

	c.year = days / 366; /* never too late */
	while (calendar_month(c.year + 1, 3) <= days)
		c.year++;
	days -= calendar_month(c.year, 3);
	c.month = (5 * days + 2) / 153;
	c.day = days - (153 * c.month + 2) / 5 + 1;
	c.month = (c.month + 2) % 12 + 1;
	c.year += c.month <= 2;
	return c;
}

#endif
