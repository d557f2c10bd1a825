/* What cells hold, as it is on disk and as it is wanted in memory. */
#ifndef CAL_STORED_ELEMENT_H
#define CAL_STORED_ELEMENT_H

#include "table/table.h"

/* casacore's numbers of its types, as files have them. */
enum {
    CAL_TP_BOOL,
    CAL_TP_CHAR,
    CAL_TP_UCHAR,
    CAL_TP_SHORT,
    CAL_TP_USHORT,
    CAL_TP_INT,
    CAL_TP_UINT,
    CAL_TP_FLOAT,
    CAL_TP_DOUBLE,
    CAL_TP_COMPLEX,
    CAL_TP_DCOMPLEX,
    CAL_TP_STRING,
    CAL_TP_TABLE,
    CAL_TP_ARRAY_BOOL,
    CAL_TP_ARRAY_STRING = CAL_TP_ARRAY_BOOL + CAL_TP_STRING,
    CAL_TP_RECORD,
    CAL_TP_INT64 = 29,
    CAL_TP_ARRAY_INT64,
};

/* What an array of that type is made of; -1 where it is no array. */
int cal_element_of_array(int type);

/* Bytes of an element in a file; 0 for flags, which are bits, texts, which differ, and what is not read here. */
int cal_element_bytes(int type);

/* The type in memory that goes with it. */
cal_type cal_element_type(int type);

/* Can elements of that type be had as `wanted` (table/table.h)? */
bool cal_element_fits(int type, cal_type wanted);

/* `count` numbers, from a file whose order of bytes is given, into memory. */
void cal_element_read(int type, const uint8_t *from, bool little, cal_type wanted, int64_t count,
                      void *out);

/* `count` flags from bit `first` on. */
void cal_element_read_bits(const uint8_t *from, int64_t first, int64_t count, uint8_t *out);

#endif
