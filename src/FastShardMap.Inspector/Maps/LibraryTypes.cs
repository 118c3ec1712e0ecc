using Microsoft.Diagnostics.Runtime;

namespace FastShardMap.Inspector.Maps;

/// <summary>
/// Distinguishes the types, modules and methods of the library from those of the program and of the framework.
/// </summary>
internal static class LibraryTypes
{
    private static readonly string[] s_libraryModules = ["FastShardMap", "FastShardMap.Auditing.Logging"];
    private static readonly string[] s_frameworkPrefixes = ["System.", "Microsoft."];
    private static readonly string[] s_frameworkModules = ["System", "mscorlib", "netstandard", "WindowsBase"];

    /// <summary>Whether a module belongs to the library, by the name or path of its file.</summary>
    public static bool IsLibrary(string? module) =>
        s_libraryModules.Contains(NameOf(module), StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a module comes with .NET.</summary>
    public static bool IsFramework(string? module)
    {
        string name = NameOf(module);
        return s_frameworkModules.Contains(name, StringComparer.OrdinalIgnoreCase)
            || Array.Exists(s_frameworkPrefixes, prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>
    /// Whether a type, or a base of it, is an instance of a generic type. Arrays of it, and types nested in it such as
    /// its enumerator, are not, although their names begin in the same way.
    /// </summary>
    /// <param name="type">The type of an object.</param>
    /// <param name="genericName">The name with the opening bracket: <c>N.Generic&lt;</c>.</param>
    public static bool IsOf(ClrType? type, string genericName)
    {
        for (; type is not null; type = type.BaseType)
        {
            if (!type.IsArray && IsInstanceName(type.Name, genericName))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a name is that of a generic type with its arguments, and has nothing after them.</summary>
    public static bool IsInstanceName(string? name, string genericName)
    {
        if (name is null || !name.StartsWith(genericName, StringComparison.Ordinal))
        {
            return false;
        }

        int depth = 0;
        for (int i = genericName.Length - 1; i < name.Length; i++)
        {
            depth += name[i] == '<' ? 1 : name[i] == '>' ? -1 : 0;
            if (depth == 0)
            {
                return i == name.Length - 1;
            }
        }

        return false;
    }

    // Accepts both "path/Name.dll" and "Name".
    private static string NameOf(string? module)
    {
        string name = Path.GetFileName(module) ?? string.Empty;
        return Path.GetExtension(name).ToUpperInvariant() is ".DLL" or ".EXE"
            ? name[..^4]
            : name;
    }
}
