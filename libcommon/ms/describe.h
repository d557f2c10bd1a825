/* An MS as the JSON document of ms-info (share/schemas/ms-info.json), and that document as text. */
#ifndef CAL_MS_DESCRIBE_H
#define CAL_MS_DESCRIBE_H

#include "base/buf.h"
#include "base/json.h"
#include "ms/flagcount.h"
#include "ms/intent.h"
#include "ms/meta.h"
#include "ms/sources.h"
#include "ms/summary.h"

typedef struct cal_description {
    cal_table *ms;
    const cal_meta *meta;
    const cal_summary *summary;
    const cal_intents *intents;
    const cal_select_text *text;    /* what was selected; NULL: everything */
    const cal_selection *selection; /* the same, or NULL */
    const cal_flag_counts *flags;   /* NULL: not counted */
    bool times;                     /* groups of rows with the time of every integration */
    const cal_sources *sources;     /* for the parts */
} cal_description;

cal_status cal_describe(const cal_description *what, jv *document, cal_error *err);
/* Borrows the document. */
void cal_describe_text(jv document, cal_buf *out);

/* ---- the parts, each in its file ---- */

/* describe_tables.c: what the subtables say. */
/* Reads them as well. */
cal_status cal_describe_sources(const cal_description *what, cal_sources *sources, jv *list,
                                cal_error *err);
jv cal_describe_observations(const cal_description *what);
jv cal_describe_spws(const cal_description *what);
jv cal_describe_polarizations(const cal_description *what);
jv cal_describe_data_descs(const cal_description *what);
jv cal_describe_antennas(const cal_description *what);
jv cal_describe_baselines(const cal_description *what);
jv cal_describe_columns(const cal_description *what);
jv cal_describe_subtables(const cal_description *what);

/* describe_main.c: what MAIN says of them. */
jv cal_describe_scans(const cal_description *what);
jv cal_describe_fields(const cal_description *what);
jv cal_describe_states(const cal_description *what);
jv cal_describe_intents(const cal_description *what);
jv cal_describe_groups(const cal_description *what);

/* Small things that both need. */
jv cal_json_id_list(const cal_id_list *list);
jv cal_json_scan_numbers(const cal_summary *summary,
                         const cal_id_list *scans); /* each number once */
jv cal_json_count(int64_t count);
jv cal_json_direction(const double direction[2], const char *frame);
jv cal_json_intents(cal_intent_set set);
void cal_json_set_time(jv *object, const char *name,
                       double mjd_s); /* "<name>_mjd_s" and "<name>" */
void cal_json_set_flags(
    jv *object,
    const cal_flag_count *count); /* "flagged_fraction", "unflagged_rows"; NULL: nothing */

#endif
