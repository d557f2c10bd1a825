/* Pieces of the document of ms-info, read back with a check of their types. `where` is the place in
 * the document for messages, as fields[3]; errors are CAL_INPUT. All borrow the document; what they
 * allocate is the caller's, after an error too. */
#ifndef CAL_MS_INFO_READ_H
#define CAL_MS_INFO_READ_H

#include "base/json.h"
#include "base/text.h"
#include "ms/summary.h"

/* object.id, which must be there. */
cal_status cal_info_id(jv object, const char *where, int *id, cal_error *err);
/* object[key], a list of ids, or of objects that have one; a missing key is an empty list. */
cal_status cal_info_ids(jv object, const char *key, const char *where, cal_id_list *ids,
                        cal_error *err);
cal_status cal_info_words(jv object, const char *key, const char *where, cal_words *words,
                          cal_error *err);

/* info[key], a list of objects: `read` fills each element of a new array. */
typedef cal_status cal_info_reader(jv object, const char *where, void *element, cal_error *err);
cal_status cal_info_list(jv info, const char *key, cal_info_reader *read, size_t size,
                         void **elements, int *count, cal_error *err);

#endif
