using HybridCacheService;

// A service of reports that take long to make, cached with a limit in bytes.
//
//   dotnet run -c Release --project src/samples/HybridCacheService -- --urls http://localhost:5090
//
//   curl -w ' %{time_total} s\n' localhost:5090/reports/7; curl localhost:5090/cache
await ReportService.Build(args).RunAsync();
