import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY_US, HOUR_US, writeBytes, writeDuration, Zone } from "../src/shell/time.ts";

const shanghai = new Zone("Asia/Shanghai");
const berlin = new Zone("Europe/Berlin");
const us = (iso: string): number => Date.parse(iso) * 1000;

test("it writes an instant in the site's zone", () => {
  const instant = us("2026-11-21T16:03:12.480Z");
  assert.equal(shanghai.dateTime(instant), "2026-11-22 00:03:12");
  assert.equal(shanghai.clockExact(instant), "00:03:12.480");
  assert.equal(shanghai.offsetUs(instant), 8 * HOUR_US);
});

test("it reads a local day and clock back to the same instant", () => {
  for (const zone of [shanghai, berlin, new Zone("Asia/Urumqi"), new Zone("America/St_Johns")]) {
    for (let day = 0; day < 370; day += 1) {
      const instant = us("2026-01-01T10:17:05.250Z") + day * DAY_US;
      assert.equal(zone.parse(zone.day(instant), zone.clockExact(instant)), instant);
    }
  }
});

test("it begins a day at local midnight, also on days of 23 and 25 hours", () => {
  assert.equal(shanghai.dayStart("2026-11-22"), us("2026-11-21T16:00:00Z"));
  const spring = berlin.dayStart("2026-03-29");
  assert.equal(berlin.nextDayStart(spring + HOUR_US) - spring, 23 * HOUR_US);
  const autumn = berlin.dayStart("2026-10-25");
  assert.equal(berlin.nextDayStart(autumn) - autumn, 25 * HOUR_US);
  assert.equal(shanghai.nextDayStart(us("2026-11-22T12:00:00Z")), us("2026-11-22T16:00:00Z"));
});

test("it refuses clocks that are none", () => {
  for (const clock of ["", "25:00", "12:60", "12:00:60", "noon", "12.30", "1"]) assert.ok(Number.isNaN(shanghai.parse("2026-11-22", clock)), clock);
  assert.ok(Number.isNaN(shanghai.parse("22.11.2026", "12:00")));
  assert.equal(shanghai.clock(shanghai.parse("2026-11-22", "9:05")), "09:05:00");
});

test("it leaves the day out of a since-time only when it is today", () => {
  const now = us("2026-11-22T02:00:00Z");
  assert.equal(shanghai.since(now - HOUR_US, now), "09:00:00");
  assert.equal(shanghai.since(now - DAY_US, now), "2026-11-21 10:00:00");
});

test("it names the zone in the language of the page", () => {
  assert.equal(shanghai.written(us("2026-11-22T02:00:00Z"), "zh-Hans"), "中国标准时间 (UTC+08:00)");
  assert.equal(shanghai.written(us("2026-11-22T02:00:00Z"), "en"), "China Standard Time (UTC+08:00)");
});

test("it writes lengths and sizes", () => {
  assert.equal(writeDuration(185e6), "3:05");
  assert.equal(writeDuration(3_723e6), "1:02:03");
  assert.equal(writeDuration(12_400_000, true), "0:12.40");
  assert.equal(writeBytes(999), "999 B");
  assert.equal(writeBytes(4_200_000), "4.2 MB");
  assert.equal(writeBytes(346_000_000), "346 MB");
});
