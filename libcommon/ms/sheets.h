/* Output rows on their way to the writer: one growing block for every shape of cells, all of them
 * written together in the order of their row numbers. */
#ifndef CAL_MS_SHEETS_H
#define CAL_MS_SHEETS_H

#include "ms/average.h"
#include "ms/write.h"

typedef struct cal_sheets cal_sheets;

/* `columns`: CAL_MS_DATA, ... as for the writer. FLOAT_DATA is kept as the real part of `data`. Without
 * `visibilities` the blocks have no room for the data columns. */
cal_sheets *cal_sheets_make(unsigned columns, bool visibilities);
void cal_sheets_free(cal_sheets *sheets); /* NULL is fine */

/* Room for `count` more rows of these cells, at the end of their block; *first is the first of
 * them. The caller fills rows and arrays; row numbers must ascend within the block. The block's
 * arrays may move with the next call. */
cal_block *cal_sheets_reserve(cal_sheets *sheets, const cal_cells *cells, int64_t count,
                              int64_t *first);

/* Where row `at` of a block is written to: its columns in the order data, model, corrected. */
cal_averaged_row cal_sheet_row(const cal_block *block, int64_t at);

double cal_sheets_bytes(const cal_sheets *sheets); /* waiting */
cal_status cal_sheets_flush(cal_sheets *sheets, cal_ms_writer *writer, cal_error *err);

#endif
