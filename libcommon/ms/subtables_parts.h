/* Between the files of subtables.h: what one subtable alone needs. */
#ifndef CAL_MS_SUBTABLES_PARTS_H
#define CAL_MS_SUBTABLES_PARTS_H

#include "ms/subtables.h"

/* These work on the copy, whose rows are those that stay. */
cal_status cal_subtable_rewrite_spws(cal_table *sub, const cal_subtables_plan *plan,
                                     cal_error *err);
cal_status cal_subtable_rewrite_polarizations(cal_table *sub, const cal_subtables_plan *plan,
                                              cal_error *err);
cal_status cal_subtable_rewrite_flag_commands(cal_table *sub, const cal_subtables_plan *plan,
                                              cal_error *err);

/* FIELD/EPHEM*: tables that no keyword names. */
cal_status cal_subtable_copy_ephemerides(cal_table *field, const char *path, cal_error *err);

/* Clears keep[] for the rows of POINTING whose times are not selected. */
cal_status cal_subtable_filter_times(cal_table *pointing, const cal_selection *times, uint8_t *keep,
                                     cal_error *err);

/* How POINTING comes to `path`: "empty", "copy", or "link", which is done here: hard links to the
 * data, copies of the table's description and lock. Where links cannot be had (another file system,
 * no permission) or rows must go or change, "copy" with a warning. */
const char *cal_subtable_pointing_way(const cal_table *pointing, const char *path,
                                      const cal_subtables_plan *plan);

#endif
