/* A scene from options: each one sets a key of the JSON document, so that both say the same things.
 *
 *     static cal_scene_request request;
 *     {"noise", 0, CAL_EACH, "JY", &(cal_scene_setting){&request, "noise_jy", "Jy", "Jy"}, "...", 0, cal_scene_set_number},
 *     {"field", 0, CAL_EACH, "NAME,RA,DEC", &request, "...", 0, cal_scene_add_field},
 */
#ifndef CAL_MS_SCENE_OPTIONS_H
#define CAL_MS_SCENE_OPTIONS_H

#include "base/error.h"
#include <jv.h>
#include <stdbool.h>

typedef struct cal_scene_request {
    bool started;
    jv set; /* what options said, as a scene; parts of every spw and scan under "spw", "scan" */
    jv fields,
        sources; /* lists; sources that come before any field belong to the first one there is */
    jv scans, flags; /* lists */
    double gap;      /* s between scans */
} cal_scene_request;

typedef struct cal_scene_setting {
    cal_scene_request *request;
    const char *path;        /* "errors.amp_rms", "spw.nchan" */
    const char *base, *bare; /* as for cal_parse_quantity(); NULL: a plain number */
} cal_scene_setting;

cal_status cal_scene_set_number(void *setting, const char *text, cal_error *err);
/* A whole number from 1 to 100000. */
cal_status cal_scene_set_count(void *setting, const char *text, cal_error *err);
cal_status cal_scene_set_text(void *setting, const char *text, cal_error *err);
cal_status cal_scene_set_words(void *setting, const char *text,
                               cal_error *err); /* commas between */
cal_status cal_scene_set_ids(void *setting, const char *text,
                             cal_error *err); /* whole numbers, commas between */

cal_status cal_scene_add_field(void *request, const char *text,
                               cal_error *err); /* NAME,RA,DEC[,CODE] */
cal_status cal_scene_add_source(void *request, const char *text,
                                cal_error *err); /* JY[,EAST,NORTH[,ALPHA]] */
cal_status cal_scene_add_scan(void *request, const char *text,
                              cal_error *err); /* FIELD,SECONDS[,INTENT] */
cal_status cal_scene_add_flag(void *request, const char *text,
                              cal_error *err); /* antenna=5,spw=1,... */
cal_status cal_scene_set_gap(void *request, const char *text, cal_error *err);

/* The document (consumed; null: nothing) with what the options said put in; the request is empty afterwards. */
jv cal_scene_request_apply(cal_scene_request *request, jv document);

#endif
