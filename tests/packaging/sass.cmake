# No slowness in the machine code of the hottest kernels, which no GPU here would show: tools/check_sass.py says what.
# The disassembler is a package of Python's, nvidia-cuda-nvdisasm; without it the tests are skipped and say so.
set(with_code ${CMAKE_CUDA_ARCHITECTURES})
list(FILTER with_code INCLUDE REGEX "^90(-real)?$")
find_package(Python3 QUIET COMPONENTS Interpreter)
if(NOT LINDEN_READABLE_PTX OR NOT with_code OR NOT Python3_FOUND)
  message(STATUS "The machine code of the kernels is not checked (that wants LINDEN_READABLE_PTX, Python and 90)")
  return()
endif()
set(check_sass ${CMAKE_COMMAND} -E env PYTHONPATH=${PROJECT_SOURCE_DIR}/build/nvdisasm ${Python3_EXECUTABLE}
    ${PROJECT_SOURCE_DIR}/tools/check_sass.py)
package_test(sass ${check_sass}
  "$<FILTER:$<TARGET_OBJECTS:linden_cuda_kernels>,INCLUDE,/tree/(histogram/)?(histogram|leaf_sums|partition|select|subtract)\\.cu\\.o>")
set_tests_properties(package.sass PROPERTIES SKIP_RETURN_CODE 77)

# Each kind must be found where it was planted.
add_library(planted_slowness OBJECT planted_slowness.cu)
target_link_libraries(planted_slowness PRIVATE linden_cuda_flags)
foreach(planted "waits for the load at" "an atomic on a generic address" "a register spilled to local memory")
  string(REGEX REPLACE "[^a-z]+" "_" name ${planted})
  add_test(NAME package.planted_sass_${name} COMMAND ${check_sass} $<TARGET_OBJECTS:planted_slowness>)
  set_tests_properties(package.planted_sass_${name} PROPERTIES LABELS planted PASS_REGULAR_EXPRESSION ${planted}
    SKIP_REGULAR_EXPRESSION "skipped, there is no nvdisasm")
endforeach()
