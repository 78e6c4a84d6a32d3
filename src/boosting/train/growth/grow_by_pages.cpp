#include "boosting/train/growth/grow_by_pages.hpp"

#include "boosting/train/growth/grow.hpp"

namespace linden {

void grow_by_pages(const Backend& on, Context& context, TreeMemory& tree, PageMemory& pages, const PageReader& file) {
  const TreeKernels& kernels = on.tree;
  const PageKernels& by_page = cpu_page_kernels();
  plant(on, context, tree);
  do {
    by_page.open_step(context, tree, pages);
    file.each([&](const BinPage& page) { by_page.take_page(context, tree, pages, page); });
    kernels.subtract(context, tree);
    by_page.close_step(context, tree, pages);
    if (tree.rules.draws()) kernels.admit(context, tree);
    kernels.split(context, tree);
    by_page.count_left(context, tree, pages);
  } while (!kernels.select(context, tree));
  kernels.leaf_sums(context, tree);
  kernels.set_leaves(context, tree);
  if (tree.limits.intermediate) kernels.order_leaves(context, tree);
}

}  // namespace linden
