/* CASA's cal-library files: one line for a table and the data that it is meant for (caltables 2.8).
 *
 *     # phases from the calibrator next to each target
 *     caltable='p.G' calwt=False tinterp='linear' fldmap='nearest' spwmap=[0,0,2,2]
 *     caltable="b.B" finterp='linearflag', field='3C286'
 *
 * The grammar is callib/casa_text.h's.
 */
#ifndef CAL_CAL_CALLIB_TEXT_H
#define CAL_CAL_CALLIB_TEXT_H

#include "base/error.h"
#include "cal/chain.h"

/* Add the lines of a file to the list. CAL_INPUT with file and line number for what cannot be
 * read. */
cal_status cal_callib_read(const char *path, cal_chain_list *list, cal_error *err);
/* The same from memory; `name` is for messages. */
cal_status cal_callib_parse(const char *text, const char *name, cal_chain_list *list,
                            cal_error *err);

#endif
