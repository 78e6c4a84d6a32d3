#include "loss/trace/program_rows.hpp"

#include "backend/loss/row_program.hpp"

namespace linden {

struct ProgramRows::Tile {
  Tile(const RowProgram& program, std::int64_t width, bool with_loss)
      : parameters(static_cast<std::size_t>(program.parameters)),
        memory(static_cast<std::size_t>(RowTile::memory_size(program, width))),
        rows(program, memory.data(), width, with_loss) {}

  std::vector<const double*> parameters;
  std::vector<double> memory;
  RowTile rows;
};

ProgramRows::ProgramRows(const RowProgram& program, std::int64_t width, bool with_loss)
    : tile_(std::make_unique<Tile>(program, width, with_loss)) {}
ProgramRows::~ProgramRows() = default;

void ProgramRows::load(const double* scores, std::int64_t score_stride, const double* labels,
                       const double* const* parameters, std::int64_t begin, std::int64_t count) {
  for (std::size_t p = 0; p < tile_->parameters.size(); ++p) tile_->parameters[p] = parameters[p] + begin;
  tile_->rows.load({scores, score_stride, labels, tile_->parameters.data()}, 0, count);
}

void ProgramRows::differentiate(std::int32_t seed) { tile_->rows.differentiate(seed); }

double ProgramRows::loss(std::int64_t row) const { return tile_->rows.loss(row); }
double ProgramRows::gradient(std::int64_t row) const { return tile_->rows.gradient(row); }
double ProgramRows::curvature(std::int64_t row) const { return tile_->rows.curvature(row); }

}  // namespace linden
