using FastShardMap.Inspector.Maps;

namespace FastShardMap.Inspector.Tracing;

/// <summary>
/// Finds the frame of a stack that is the program's own. Between it and the library there may be code of the framework,
/// and stubs that the framework compiles at run time, as minimal APIs do for each handler.
/// </summary>
internal static class CallSite
{
    private static readonly string[] s_frameworkNames = ["System.", "Microsoft.", "Interop+", "Interop."];
    private static readonly string[] s_stubMarks = ["dynamicClass", "DynamicClass", "lambda_method", "(dynamicClass)"];

    /// <summary>
    /// The method of the first frame of the program's own code. If there is none, the first one outside the library
    /// that is not a stub.
    /// </summary>
    /// <param name="frames">The frames, innermost first: the module's name, empty if unknown, and the method's full
    /// name.</param>
    public static string Of(IEnumerable<(string Module, string Method)> frames)
    {
        string outside = string.Empty;
        foreach ((string module, string method) in frames)
        {
            bool isLibrary = LibraryTypes.IsLibrary(module) || (module.Length == 0 && IsLibraryMap(method));
            if (method.Length == 0 || isLibrary || IsStub(method))
            {
                continue;
            }

            if (!IsFramework(module, method))
            {
                return WithoutParameters(method);
            }

            outside = outside.Length == 0 ? WithoutParameters(method) : outside;
        }

        return outside;
    }

    private static bool IsStub(string method) =>
        Array.Exists(s_stubMarks, mark => method.StartsWith(mark, StringComparison.Ordinal));

    private static bool IsLibraryMap(string method) =>
        method.StartsWith("FastShardMap.ShardMap", StringComparison.Ordinal);

    private static bool IsFramework(string module, string method) =>
        LibraryTypes.IsFramework(module)
        || (module.Length == 0
        && Array.Exists(s_frameworkNames, name => method.StartsWith(name, StringComparison.Ordinal)));

    private static string WithoutParameters(string method)
    {
        int parameters = method.IndexOf('(', StringComparison.Ordinal);
        return parameters <= 0 ? method : method[..parameters];
    }
}
