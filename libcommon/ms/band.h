/* What kind of spectral window one is: receiver band, correlator mode, and whether it is there for science (fields_ms 1.4, 1.5). */
#ifndef CAL_MS_BAND_H
#define CAL_MS_BAND_H

#include "ms/intent.h"
#include "ms/meta.h"
#include "ms/summary.h"

/* casacore's classes of ALMA windows, by name, channels and bandwidth. */
typedef enum cal_spw_type {
    CAL_SPW_FDM,
    CAL_SPW_TDM,
    CAL_SPW_WVR,
    CAL_SPW_CHANNEL_AVERAGE,
    CAL_SPW_SQLD
} cal_spw_type;

cal_spw_type cal_spw_type_of(const cal_meta *meta, int spw);
const char *cal_spw_type_name(cal_spw_type type); /* "FDM", ..., "CHANAVG", "SQLD" */

/* "ALMA Band 3", "WVR", "3cm (X)" on the VLA; else by frequency in the VLA's letters; "unknown" outside of them. `text` has at
 * least 32 bytes. */
char *cal_spw_band(const cal_meta *meta, int spw, char *text);

/* Is it a window for science? ALMA: no radiometer, square-law detector or channel average, with rows in scans whose intent is a
 * target or one of its calibrators. VLA: such rows, and none for pointing. Other observatories: every window with rows. Where no
 * intents are known, they are not asked for. */
bool cal_spw_is_science(const cal_meta *meta, const cal_summary *summary,
                        const cal_intents *intents, int spw);

#endif
