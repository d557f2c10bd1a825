/* The subtables of a new MS: those of another one, filtered, renumbered and with the new frequency
 * axes (fields_ms 4.5).
 *
 * Any subtable whose rows carry ANTENNA_ID or SPECTRAL_WINDOW_ID loses the rows of antennas and
 * spws that are gone and gets the new ids; ids below 0 ("any") stay. HISTORY, FLAG_CMD, PROCESSOR
 * and ASDM_* are copied whole. Keywords whose table is missing on disk are left out.
 */
#ifndef CAL_MS_SUBTABLES_H
#define CAL_MS_SUBTABLES_H

#include "base/error.h"
#include "ms/channels.h"
#include "ms/meta.h"
#include "ms/reindex.h"
#include "table/table.h"

typedef struct cal_subtables_plan {
    const cal_meta *meta;
    const cal_reindex *maps;
    const cal_bins *bins;   /* by old spw; nchan 0 or whole: the axis stays as it is */
    const int *const *corr; /* by old polarization: its correlations that stay, or NULL: all */
    const int *ncorr;
    const char *pointing;       /* "copy", "link" or "empty" */
    const cal_selection *times; /* a selection of times alone, for POINTING; NULL: all */
} cal_subtables_plan;

typedef struct cal_subtables_done {
    int copied, dangling;
    const char *pointing; /* what became of POINTING: "copy", "link", "empty", "none" */
} cal_subtables_done;

/* Write the subtables of `ms` below `path` and set the keywords of `main`, whose path that is. */
cal_status cal_subtables_write(cal_table *ms, cal_table *main, const cal_subtables_plan *plan,
                               cal_subtables_done *done, cal_error *err);

#endif
