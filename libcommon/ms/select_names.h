/* The selection syntax against names alone: for documents that tell what an MS holds, without the MS.
 *
 * A cal_select_names is filled by the caller (ids that do not exist have the name ""); each function sets mark[id] to 1 for the ids that the
 * text means. Errors as in ms/select.h; an empty text is an error here.
 */
#ifndef CAL_MS_SELECT_NAMES_H
#define CAL_MS_SELECT_NAMES_H

#include "base/error.h"
#include <stdint.h>

typedef struct cal_select_names {
    char *const *name;
    int count;
} cal_select_names;

cal_status cal_select_fields(const char *text, cal_select_names fields, uint8_t *mark,
                             cal_error *err);
/* Channels after a colon are read over. */
cal_status cal_select_spws(const char *text, cal_select_names spws, uint8_t *mark, cal_error *err);
/* Of baselines the first antennas: A, A&, A&B all mean A. */
cal_status cal_select_antennas(const char *text, cal_select_names antennas, uint8_t *mark,
                               cal_error *err);

#endif
