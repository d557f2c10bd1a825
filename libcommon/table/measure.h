/* QuantumUnits and MEASINFO: what the measures library wants to find at a column. Tables of codes
 * instead of the library, which takes longer to load than most tools to run. */
#ifndef CAL_TABLE_MEASURE_H
#define CAL_TABLE_MEASURE_H

#include "table/table.h"
#include <casacore/tables/Tables/ColumnDesc.h>

namespace cal
{

/* Put unit and measure of the definition into the description's keywords. A frame that names one of
 * the definition's columns is held by that column, row by row. */
void describe_measure(const cal_column_def &column, const cal_table_def &def,
                      casacore::ColumnDesc &desc);

} // namespace cal

#endif
