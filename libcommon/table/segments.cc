/* Which rows of a list can be read in one go. */
#include "table/cells.h"
#include <casacore/tables/DataMan/DataManager.h>
#include <casacore/tables/DataMan/TSMCube.h>
#include <casacore/tables/DataMan/TiledStMan.h>

using namespace casacore;

namespace
{

enum {
    BRIDGE = 16 << 10, /* bytes that are quicker read and dropped than jumped over */
    LONGEST = 4 << 20  /* bytes of a bridged segment: they are held a second time */
};

enum Joint { NONE, NEIGHBOURS, SAME_CUBE, BRIDGED };

/* Where the cell of a row stands in its hypercube. */
struct Position {
    const TSMCube *cube = nullptr;
    int64_t row = 0;
};

class Walker
{
  public:
    Walker(const Table &table, const char *column, const cal_span &rows, int64_t bytes)
        : rows_(rows), bytes_(bytes),
          tiled_(dynamic_cast<TiledStMan *>(table.findDataManager(column, True)))
    {
    }

    Position position(int64_t index)
    {
        Position place;
        if (tiled_) {
            place.cube = tiled_->getHypercube(cal::row_at(rows_, index), scratch_);
            place.row = scratch_.empty() ? 0 : scratch_.last();
        }
        return place;
    }

    /* How row index + 1 follows row index, whose positions are these. */
    Joint joint(int64_t index, const Position &here, const Position &next) const
    {
        int64_t step = cal::row_at(rows_, index + 1) - cal::row_at(rows_, index);
        if (step == 1)
            return NEIGHBOURS;
        if (step < 1 || !here.cube || here.cube != next.cube)
            return NONE;
        if (next.row == here.row + 1)
            return SAME_CUBE;
        if (next.row - here.row == step && (step - 1) * bytes_ <= BRIDGE)
            return BRIDGED;
        return NONE;
    }

  private:
    const cal_span &rows_;
    int64_t bytes_;
    TiledStMan *tiled_;
    IPosition scratch_;
};

} // namespace

/* A segment keeps to one way of going on: rows that stand together in a hypercube though not in the
 * table, or rows with small gaps. */
std::vector<cal::Segment> cal::segments(const Table &table, const char *column,
                                        const cal_span &rows, int64_t bytes, bool bridges)
{
    if (!rows.list)
        return {{0, rows.count, rows.count, false}};
    std::vector<Segment> segments;
    Walker walker(table, column, rows, bytes);
    Position here = walker.position(0);
    Segment segment = {0, 1, 1, false};
    Joint way = NEIGHBOURS;
    for (int64_t i = 0; i + 1 < rows.count; i++) {
        Position next = walker.position(i + 1);
        Joint joint = walker.joint(i, here, next);
        int64_t span = rows.list[i + 1] - rows.list[segment.index] + 1;
        bool fits = joint == NEIGHBOURS || way == NEIGHBOURS || joint == way;
        if (joint == BRIDGED || way == BRIDGED)
            fits = fits && bridges && span * bytes <= LONGEST;
        if (joint == NONE || !fits) {
            segments.push_back(segment);
            segment = {i + 1, 0, 0, false};
            way = NEIGHBOURS;
        } else if (joint != NEIGHBOURS) {
            way = joint;
        }
        segment.count++;
        segment.bridged = way == BRIDGED;
        segment.span = segment.bridged ? span : segment.count;
        here = next;
    }
    segments.push_back(segment);
    return segments;
}
