using Microsoft.Extensions.DependencyInjection;

namespace FastShardMap.Extensions.DependencyInjection;

/// <summary>The maps of one service collection: their names, by the type of the map, and their files.</summary>
internal sealed class MapNames
{
    private readonly Dictionary<string, Type> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _namesByFile =
        new(OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);

    /// <summary>The names of a service collection, which are added to it if it has none yet.</summary>
    public static MapNames Of(IServiceCollection services)
    {
        MapNames? names = services
            .Where(service => service.ServiceType == typeof(MapNames) && !service.IsKeyedService)
            .Select(service => (MapNames?)service.ImplementationInstance)
            .FirstOrDefault();
        if (names is null)
        {
            names = new MapNames();
            services.AddSingleton(names);
        }

        return names;
    }

    /// <summary>Adds a map. Collections are not thread-safe, and neither is this method.</summary>
    /// <exception cref="ArgumentException">There is a map of this name already.</exception>
    public void Add(string name, Type type)
    {
        if (!_types.TryAdd(name, type))
        {
            throw new ArgumentException($"A map named '{name}' is registered already.", nameof(name));
        }
    }

    /// <summary>The name of the only map of a type.</summary>
    /// <exception cref="InvalidOperationException">There are several maps of the type.</exception>
    public string OnlyNameOf(Type type)
    {
        string[] names = [.. _types.Where(map => map.Value == type).Select(map => map.Key)];
        return names.Length == 1
            ? names[0]
            : throw new InvalidOperationException(
                $"Several maps have this type: '{string.Join("', '", names)}'. "
                + "Select one by its name, as a keyed service.");
    }

    /// <summary>Notes the file of a map. Thread-safe.</summary>
    /// <exception cref="InvalidOperationException">Another map has the same file.</exception>
    public void ClaimFile(string name, string path)
    {
        lock (_namesByFile)
        {
            if (!_namesByFile.TryAdd(path, name) && _namesByFile[path] is string other && other != name)
            {
                throw new InvalidOperationException(
                    $"The maps '{other}' and '{name}' have the same file, '{path}'. "
                    + "Each save would replace the other.");
            }
        }
    }
}
