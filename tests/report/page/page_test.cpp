#include "report/page/page.hpp"

#include <gtest/gtest.h>

#include "report/well_formed.hpp"

namespace linden::reporting {
namespace {

TEST(Page, IsWellFormedWhateverStandsInIt) {
  Page page;
  page.section("One <b>");
  page.paragraph("a & b");
  page.figure("<svg role=\"img\"><title>t</title><desc>d</desc></svg>", "name", "caption \"here\"");
  page.figure("<svg role=\"img\"><title>t</title><desc>d</desc></svg>", "name", "next to it");
  page.table({"a", "b"}, {{"<x>", "1.5"}, {"y", "text"}}, "rows");
  page.open_details("more", true);
  page.code("x < y");
  page.close_details();
  page.section("Two");
  page.facts({{"0.5", "auc"}});
  page.figure("<svg role=\"img\"><title>t</title><desc>d</desc></svg>", "name", "at the end");
  const std::string text = page.document("title", "subtitle");
  EXPECT_EQ(fault_of(text), "");
  EXPECT_NE(text.find("<td class=\"n\">1.5</td>"), text.npos);
  EXPECT_NE(text.find("<td>text</td>"), text.npos);
  EXPECT_NE(text.find("<th scope=\"row\">&lt;x&gt;</th>"), text.npos);
  EXPECT_NE(text.find("<li><a href=\"#s2\">Two</a></li>"), text.npos);
  EXPECT_EQ(fault_of(Page().document("", "")), "");
}

}  // namespace
}  // namespace linden::reporting
