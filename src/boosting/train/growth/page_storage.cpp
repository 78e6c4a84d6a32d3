#include "boosting/train/growth/page_storage.hpp"

#include "backend/layout.hpp"

namespace linden {
namespace {

std::int64_t place(PageMemory& pages, const TreeMemory& tree, std::int64_t threads, void* first) {
  constexpr std::int64_t features_of_a_room = 16, bins = 256;
  const std::int64_t batch = tree.batch_capacity, groups = 2 * batch + 1;
  Layout layout(first);
  layout.place(pages.slot_rows, std::int64_t{tree.slots} * tree.bins.cells);
  layout.place(pages.left_of, tree.node_capacity);
  layout.place(pages.nodes, tree.node_capacity);
  layout.place(pages.group_nodes, groups);
  layout.place(pages.sides, batch * bins);
  layout.place(pages.entries, pages.page_rows);
  layout.place(pages.counts, (threads + 1) * groups);
  layout.place(pages.rooms, threads * features_of_a_room * bins);
  return layout.bytes();
}

}  // namespace

PageStorage::PageStorage(const Backend& backend, Context& context, const TreeMemory& tree, std::int64_t page_rows) {
  pages_.page_rows = page_rows;
  const std::int64_t threads = context.workers.threads();
  block_ = DeviceArray<char>(backend.memory, context, place(pages_, tree, threads, nullptr), "the rows of a page");
  place(pages_, tree, threads, block_.data());
}

}  // namespace linden
