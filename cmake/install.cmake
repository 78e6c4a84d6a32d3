# Installs the library, its headers, the program, the CMake package, linden.pc and the licence.
# Component Runtime is what a linked program needs to run, Development what a user compiles against.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/linden)
install(TARGETS linden EXPORT linden-targets
  RUNTIME COMPONENT Runtime
  LIBRARY COMPONENT Runtime NAMELINK_COMPONENT Development
  ARCHIVE COMPONENT Development
  FILE_SET HEADERS COMPONENT Development)
if(LINDEN_HAS_MPI)
  # What it exports is found with the component mpi, so that without it nobody needs MPI.
  install(TARGETS linden_mpi EXPORT linden-mpi-targets
    RUNTIME COMPONENT Runtime
    LIBRARY COMPONENT Runtime NAMELINK_COMPONENT Development
    ARCHIVE COMPONENT Development
    FILE_SET HEADERS COMPONENT Development)
  install(EXPORT linden-mpi-targets NAMESPACE linden:: DESTINATION ${package_dir} COMPONENT Development)
endif()
if(LINDEN_PROGRAM)
  # Beside a shared library, the program finds it from its own place.
  file(RELATIVE_PATH bin_to_lib "${CMAKE_INSTALL_FULL_BINDIR}" "${CMAKE_INSTALL_FULL_LIBDIR}")
  set_target_properties(linden_program PROPERTIES INSTALL_RPATH "$ORIGIN/${bin_to_lib}")
  install(TARGETS linden_program RUNTIME COMPONENT Runtime)
  if(LINDEN_HAS_MPI)
    set_target_properties(linden_mpi_program PROPERTIES INSTALL_RPATH "$ORIGIN/${bin_to_lib}")
    install(TARGETS linden_mpi_program RUNTIME COMPONENT Runtime)
  endif()
endif()
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/licenses/linden COMPONENT Runtime)

# The CMake package. Before 1.0 a minor version may change the interface, so that 0.1 does not satisfy 0.2.
if(PROJECT_VERSION_MAJOR EQUAL 0)
  set(compatibility SameMinorVersion)
else()
  set(compatibility SameMajorVersion)
endif()
get_target_property(library_type linden TYPE)
if(library_type STREQUAL STATIC_LIBRARY)
  set(LINDEN_STATIC ON)
else()
  set(LINDEN_STATIC OFF)
endif()
configure_package_config_file(cmake/linden-config.cmake.in linden-config.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(linden-config-version.cmake COMPATIBILITY ${compatibility})
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/linden-config.cmake ${CMAKE_CURRENT_BINARY_DIR}/linden-config-version.cmake
  DESTINATION ${package_dir} COMPONENT Development)
install(EXPORT linden-targets NAMESPACE linden:: DESTINATION ${package_dir} COMPONENT Development)

# linden.pc finds the prefix from its own place, so that an installed tree can be moved; absolute folders stay as given.
set(pc_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH up "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig" "${CMAKE_INSTALL_PREFIX}/")
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
  set(LINDEN_PC_PREFIX "${CMAKE_INSTALL_PREFIX}")
else()
  string(REGEX REPLACE "/$" "" up "${up}")
  set(LINDEN_PC_PREFIX "\${pcfiledir}/${up}")
endif()
foreach(folder LIBDIR INCLUDEDIR)
  if(IS_ABSOLUTE "${CMAKE_INSTALL_${folder}}")
    set(LINDEN_PC_${folder} "${CMAKE_INSTALL_${folder}}")
  else()
    set(LINDEN_PC_${folder} "\${prefix}/${CMAKE_INSTALL_${folder}}")
  endif()
endforeach()
# A static library cannot name what it needs, so that whoever links it must: the plain `pkg-config --libs linden` works.
set(LINDEN_PC_REQUIRES "")
set(LINDEN_PC_LIBS "")
if(LINDEN_STATIC)
  set(LINDEN_PC_REQUIRES "fmt >= 9, zlib")
  if(LINDEN_HAS_ZSTD)
    string(APPEND LINDEN_PC_REQUIRES ", libzstd")
  endif()
  if(LINDEN_HAS_CUDA)
    get_filename_component(cudart_dir ${CUDA_cudart_static_LIBRARY} DIRECTORY)
    string(APPEND LINDEN_PC_LIBS " -L${cudart_dir} -lcudart_static -ldl -lrt")
  endif()
  string(APPEND LINDEN_PC_LIBS " -pthread")
endif()
configure_file(cmake/linden.pc.in linden.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/linden.pc DESTINATION ${pc_dir} COMPONENT Development)
