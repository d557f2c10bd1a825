/* Reading a JSON document that must have a certain form: typed look-ups whose errors tell the place, `lib.json:
 * active[3].data[0].spw: a text is wanted, not a number`.
 *
 *     cal_place top = {.name = "lib.json"};
 *     cal_place list = {.up = &top, .name = "active"}, item = {.up = &list, .index = 3};
 */
#ifndef CAL_BASE_DOCUMENT_H
#define CAL_BASE_DOCUMENT_H

#include "base/json.h"

/* A place in a document; the parent must live as long. */
typedef struct cal_place {
    const struct cal_place *up;
    const char *name; /* of the document, or the key below `up`; NULL: an item of an array */
    int index;
} cal_place;

/* "lib.json: active[3].data"; the caller frees it. */
char *cal_place_text(const cal_place *place);

/* CAL_USAGE: the place, then the text. */
cal_status cal_place_fail(const cal_place *place, cal_error *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* object[key]; all borrow the object, and texts live as long as it. CAL_USAGE when it is missing or of another kind;
 * the *_or functions take a default where it is missing or null. */
cal_status cal_doc_text(jv object, const char *key, const cal_place *place, const char **text,
                        cal_error *err);
cal_status cal_doc_text_or(jv object, const char *key, const cal_place *place, const char *missing,
                           const char **text, cal_error *err);
cal_status cal_doc_bool_or(jv object, const char *key, const cal_place *place, bool missing,
                           bool *value, cal_error *err);
/* A whole number within first..last. */
cal_status cal_doc_int(jv object, const char *key, const cal_place *place, int first, int last,
                       int *value, cal_error *err);

/* For every item of the array object[key] (none where it is missing and `optional`) in turn; stops at the first that does not return
 * CAL_OK. `item` is borrowed from the array. */
typedef cal_status cal_doc_visit(void *user, jv item, const cal_place *place, cal_error *err);
cal_status cal_doc_each(jv object, const char *key, const cal_place *place, bool optional,
                        cal_doc_visit *visit, void *user, cal_error *err);
/* The name of the document that a place is in. */
const char *cal_place_document(const cal_place *place);

/* For every document of a file, or of stdin for "-": JSON values one after the other, the items of a list each by itself. Where there are
 * several, `place` tells which. */
cal_status cal_doc_stream(const char *path, cal_doc_visit *visit, void *user, cal_error *err);
/* CAL_USAGE unless the value is an object. */
cal_status cal_doc_object(jv value, const cal_place *place, cal_error *err);

#endif
