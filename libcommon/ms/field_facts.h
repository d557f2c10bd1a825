/* What the choice of fields by intent has to know of a MeasurementSet. All of it comes from the
 * document of ms-info; no table is opened here. */
#ifndef CAL_MS_FIELD_FACTS_H
#define CAL_MS_FIELD_FACTS_H

#include "base/json.h"
#include "base/text.h"
#include "ms/meta.h"
#include "ms/summary.h"
#include <stdint.h>

typedef struct cal_field_fact {
    int id;
    char *name, *code;
    char *key; /* the name as CASA compares it: without blanks around */
    int first,
        next; /* indices of the first and the next field of the same key; next -1 at the end */
    bool flag_row, has_rows, has_source;
    cal_id_list spws, scans, states; /* of its rows */
    cal_words intents, tokens;       /* PHASE; CALIBRATE_PHASE#ON_SOURCE */
    char *origin;                    /* of the intents: "state", "source_type", "code", "none" */
} cal_field_fact;

typedef struct cal_scan_fact {
    cal_id_list fields, spws;
    cal_words intents, tokens; /* of all states in the scan, whichever field they belong to */
} cal_scan_fact;

typedef struct cal_state_fact {
    int id;
    cal_words intents, tokens;
    cal_id_list scans;
} cal_state_fact;

/* A part of OBS_MODE and what it means. */
typedef struct cal_token_fact {
    char *token;
    cal_words intents;
} cal_token_fact;

typedef struct cal_field_facts {
    char *path;
    cal_field_fact *field; /* ascending ids, perhaps with gaps */
    cal_scan_fact *scan;
    cal_state_fact *state;
    cal_token_fact *token;
    int fields, scans, states, tokens;
    cal_words intents; /* of the fields with rows, in the order of the alphabet */
    cal_meta *meta;    /* the spectral windows alone, for the selection syntax */
    uint8_t *science;  /* per window: for science, as ms-info says */
} cal_field_facts;

/* From one document (borrowed). `name` is for messages and stands in for a missing path. CAL_INPUT
 * for what is no document of ms-info, with the place where it is wrong. */
cal_status cal_field_facts_read(jv info, const char *name, cal_field_facts **facts, cal_error *err);
void cal_field_facts_free(cal_field_facts *facts);

/* for (CAL_NAMESAKES(i, facts, field)): the fields of the same name, itself too, in the order of ids */
#define CAL_NAMESAKES(i, facts, of)                                                                \
    int i = (facts)->field[of].first;                                                              \
    i >= 0;                                                                                        \
    i = (facts)->field[i].next

int cal_field_facts_index(const cal_field_facts *facts, int id); /* -1 where no such field is */

bool cal_id_list_has(const cal_id_list *list, int id);
bool cal_id_lists_meet(const cal_id_list *a, const cal_id_list *b);

/* facts->meta and facts->science: a part of the above. */
cal_status cal_field_facts_read_spws(jv info, cal_field_facts *facts, cal_error *err);
/* The windows that a spw expression means for this set (its channels do not matter here); the caller
 * frees spws->id. Errors as those of every selection. */
cal_status cal_field_facts_spws(const cal_field_facts *facts, const char *expression,
                                cal_id_list *spws, cal_error *err);

#endif
