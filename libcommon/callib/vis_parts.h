/* For vis_*.c only: a set while it is read from a document. */
#ifndef CAL_CALLIB_VIS_PARTS_H
#define CAL_CALLIB_VIS_PARTS_H

#include "callib/vis.h"

enum { MAX_ID = 1 << 20, MAX_INTENTS = 63 };

/* A set on its way: which intents each (spw, field) has, as bits. */
typedef struct cal_vis_draft {
    cal_vis *vis;
    uint64_t *intents; /* [spw][field] */
    cal_box *scan;     /* the fields, spws and intents of the item that is being read */
} cal_vis_draft;

int cal_vis_find_intent(const cal_vis *vis,
                        const char *name); /* -1: the set has none of that name */
void cal_vis_add_intent(cal_vis *vis, const char *name);
/* item.intents go onto the axis of `user`, a cal_vis; when all are there they are put in order. */
cal_status cal_vis_collect_intents(void *user, jv item, const cal_place *place, cal_error *err);
void cal_vis_finish_intents(cal_vis *vis);

/* Antennas, spws and fields. */
cal_status cal_vis_read_names(jv document, const cal_place *place, cal_vis *vis, cal_error *err);

/* For cal_doc_each(), with a draft as `user`: one intent of the item that is being read; a row of STATE. */
cal_status cal_vis_read_intent(void *user, jv item, const cal_place *place, cal_error *err);
cal_status cal_vis_read_obs_mode(void *user, jv item, const cal_place *place, cal_error *err);

uint64_t cal_vis_draft_intents(cal_vis_draft *d); /* of the item that is being read, as bits */
void cal_vis_list_triples(cal_vis_draft *d);

typedef cal_status cal_vis_read_draft(jv document, const cal_place *place, cal_vis_draft *d,
                                      cal_error *err);
cal_status cal_vis_read_with(cal_vis_read_draft *read, jv document, const cal_place *place,
                             cal_vis **vis, cal_error *err);

#endif
