// CUB's selection for the executor: a loop of the host's in the stream's turn.
#include "cuda/runtime/selection.hpp"
#include "simt/memory/heap.hpp"
#include "simt/memory/region.hpp"
#include "simt/stream.hpp"

namespace linden::cuda {

void select_positions(Context& context, const std::uint8_t* flags, std::int64_t count, std::uint32_t* positions) {
  simt::run_async(stream_of(context), [=] {
    simt::check_range("selection: flags", flags, static_cast<std::size_t>(count));
    std::size_t selected = 0;
    for (std::int64_t i = 0; i < count; ++i) {
      if (flags[i] == 0) continue;
      simt::check_range("selection: positions", positions + selected, sizeof(std::uint32_t));
      positions[selected++] = static_cast<std::uint32_t>(i);
    }
    simt::region().mark_written(simt::region().offset(positions), selected * sizeof(std::uint32_t));
  });
}

}  // namespace linden::cuda
