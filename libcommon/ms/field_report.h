/* Chosen fields as the JSON document of field-from-intent (share/schemas/field-from-intent.json), and
 * that document as text. */
#ifndef CAL_MS_FIELD_REPORT_H
#define CAL_MS_FIELD_REPORT_H

#include "base/buf.h"
#include "base/json.h"
#include "ms/field_choice.h"

/* With `explain` also the rule, and for every field the evidence. */
jv cal_field_report(cal_field_choice *const *choice, int count, const cal_field_request *request,
                    bool explain);

/* The field parameter alone, one line per set, with the set's path before it where there are several;
 * in pattern 6 a line per call, its intent before it. With the evidence: tables. Borrows the document. */
void cal_field_report_text(jv document, cal_buf *out);

/* field_explain.c */
const char *cal_field_rule(int pattern);
jv cal_field_explain(const cal_field_choice *choice, const cal_field_request *request);
void cal_field_explain_text(jv document, cal_buf *out);

#endif
