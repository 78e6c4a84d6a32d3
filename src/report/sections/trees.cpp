// What trees a boosted model has, and its first ones.
#include <fmt/format.h>

#include <algorithm>

#include "base/counted.hpp"
#include "report/sections/sections.hpp"

namespace linden::reporting {

void add_trees(Page& page, const Subject& subject) {
  const BoostedModel* const model = subject.boosted();
  if (model == nullptr || model->trees().empty()) return;
  std::size_t leaves = 0;
  int depth = 0;
  for (const Tree& tree : model->trees()) {
    leaves += static_cast<std::size_t>(tree.leaves());
    depth = std::max(depth, tree.depth());
  }
  page.section("Trees");
  page.paragraph(
      fmt::format("{} with {} in all, up to {} deep. A row goes from left to right, up where the condition holds and "
                  "down where not; what the leaves that it reaches say is added to the score.",
                  counted(model->trees().size(), "tree"), counted(leaves, "leaf", "leaves"), counted(depth, "split")));
  const std::size_t shown = std::min(model->trees().size(), static_cast<std::size_t>(subject.options.trees));
  for (std::size_t t = 0; t < shown; ++t) {
    const Tree& tree = model->trees()[t];
    const std::string name = fmt::format(
        "Tree {}: {}{}", t, counted(tree.leaves(), "leaf", "leaves"),
        model->outputs() > 1 && tree.output != Tree::all_outputs
            ? fmt::format(", for {}", is_of_classes(subject) ? subject.class_name(static_cast<std::size_t>(tree.output))
                                                             : fmt::format("output {}", tree.output))
            : "");
    page.open_details(name, t == 0);
    page.wide_figure(drawn_tree(*model, tree, name), name);
    page.close_details();
  }
}

}  // namespace linden::reporting
