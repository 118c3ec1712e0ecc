using System.Reflection;
using System.Xml.Linq;

namespace FastShardMap.Tests.Conventions;

/// <summary>
/// The public surface is what src/FastShardMap/PublicApi.txt says, and all of it is documented. To accept a change of
/// the surface, run the tests once with UPDATE_PUBLIC_API=1 and commit the file.
/// </summary>
public class PublicApiTests
{
    private const string File = "src/FastShardMap/PublicApi.txt";
    private const string UpdateVariable = "UPDATE_PUBLIC_API";

    // By name: the assembly may have no public type to take it from, and must be found all the same.
    private static readonly Assembly Library = Assembly.Load("FastShardMap");

    /// <summary>
    /// Exceptions that must be documented: which members, which exception. A member has several rows at will.
    /// </summary>
    private static readonly (string Rule, Func<MemberInfo, bool> Applies, Type Exception)[] Promises =
    [
        ("an operation of a map", IsMapOperation, typeof(ObjectDisposedException)),
        (
            "a capacity",
            member => HasParameter(member, parameter => parameter.Name == "capacity"),
            typeof(ArgumentOutOfRangeException)),
        (
            "options",
            member => HasParameter(member, parameter => parameter.Name == "options"),
            typeof(ArgumentNullException)),
        ("a delegate", TakesDelegate, typeof(ArgumentNullException)),
        (
            "a callback under the lock",
            member => TakesDelegate(member) && IsMapOperation(member),
            typeof(InvalidOperationException)),
        (
            "the indexer",
            member => member is PropertyInfo property && IsMap(member.DeclaringType!)
                && property.GetIndexParameters().Length == 1,
            typeof(KeyNotFoundException)),
        (
            "spans that belong together",
            member => HasParameter(member, parameter => parameter.Name == "found"),
            typeof(ArgumentException)),
    ];

    [Fact]
    public void PublicApi_OfTheLibrary_IsAsWrittenDown()
    {
        string actual = PublicApiText.Of(Library);
        if (Environment.GetEnvironmentVariable(UpdateVariable) == "1")
        {
            System.IO.File.WriteAllText(Repository.PathOf(File), actual);
        }

        string[] actualLines = actual.Split('\n');
        string[] expectedLines = Repository.ReadLines(File);
        string[] added = actualLines
            .Except(expectedLines, StringComparer.Ordinal)
            .Select(line => "+ " + line)
            .ToArray();
        string[] removed = expectedLines
            .Except(actualLines, StringComparer.Ordinal)
            .Select(line => "- " + line)
            .ToArray();

        Assert.True(
            actualLines.SequenceEqual(expectedLines, StringComparer.Ordinal),
            $"The public surface differs from {File}; if that is meant, run once with "
                + $"{UpdateVariable}=1.\n{string.Join('\n', removed.Concat(added))}");
    }

    [Fact]
    public void Documentation_OfEveryMember_IsComplete()
    {
        XmlDocumentation documentation = XmlDocumentation.Of(Library);
        List<string> wrong = new();
        foreach (MemberInfo member in DocumentedMembers())
        {
            XElement? element = documentation.Find(member);
            if (element is null)
            {
                wrong.Add($"{XmlDocumentation.IdOf(member)} is not documented");
            }
            else if (element.Element("inheritdoc") is null)
            {
                wrong.AddRange(
                    Missing(member, element).Select(missing => $"{XmlDocumentation.IdOf(member)} lacks {missing}"));
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

#if !DEBUG
    /// <summary>The build takes internal members out of the file in Release, which packages are made of.</summary>
    [Fact]
    public void Documentation_OfTheRelease_NamesPublicMembersOnly()
    {
        HashSet<string> known = Library.GetExportedTypes()
            .SelectMany(static type => PublicApiText.VisibleMembers(type).Prepend(type))
            .Select(XmlDocumentation.IdOf).ToHashSet(StringComparer.Ordinal);
        string[] others = [.. XmlDocumentation.Of(Library).Ids.Where(id => !known.Contains(id))];
        Assert.True(others.Length == 0, string.Join('\n', others));
    }
#endif

    [Fact]
    public void Documentation_OfEveryPromise_NamesTheException()
    {
        XmlDocumentation documentation = XmlDocumentation.Of(Library);
        List<string> wrong = new();
        foreach (MemberInfo member in DocumentedMembers().Where(member => member is not Type))
        {
            XElement? element = documentation.Find(member);
            if (element is null || element.Element("inheritdoc") is not null)
            {
                continue;
            }

            HashSet<string> named = element
                .Elements("exception")
                .Select(exception => exception.Attribute("cref")?.Value ?? "")
                .ToHashSet(StringComparer.Ordinal);
            wrong.AddRange(Promises
                .Where(promise => promise.Applies(member) && !named.Any(name => IsOrDerives(name, promise.Exception)))
                .Select(
                    promise =>
                        $"{XmlDocumentation.IdOf(member)}: {promise.Rule}, so it documents {promise.Exception.Name}"));
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void IdOf_MembersOfEveryKind_IsTheCompilers()
    {
        // The framework's own reference file would do, but it is not on every machine; these are from the
        // specification.
        MethodInfo tryGetValue = typeof(Dictionary<,>).GetMethod("TryGetValue")!;
        MethodInfo addOrUpdate = typeof(System.Collections.Concurrent.ConcurrentDictionary<,>).GetMethods()
            .Single(method => method.Name == "AddOrUpdate" && method.IsGenericMethod);

        Assert.Equal(
            "M:System.Collections.Generic.Dictionary`2.TryGetValue(`0,`1@)", XmlDocumentation.IdOf(tryGetValue));
        Assert.Equal(
            "M:System.Collections.Concurrent.ConcurrentDictionary`2.AddOrUpdate``1("
                + "`0,System.Func{`0,``0,`1},System.Func{`0,`1,``0,`1},``0)",
            XmlDocumentation.IdOf(addOrUpdate));
        Assert.Equal(
            "P:System.Collections.Generic.Dictionary`2.Item(`0)",
            XmlDocumentation.IdOf(typeof(Dictionary<,>).GetProperty("Item")!));
        Assert.Equal(
            "T:System.Collections.Generic.Dictionary`2.Enumerator",
            XmlDocumentation.IdOf(typeof(Dictionary<,>.Enumerator)));
    }

    [Fact]
    public void Of_TypesOfEveryKind_ReadsAsCSharp()
    {
        Assert.Equal("Dictionary<TKey, TValue>.Enumerator", CSharpName.Of(typeof(Dictionary<,>.Enumerator)));
        Assert.Equal(
            "Dictionary<int, string[]>.Enumerator", CSharpName.Of(typeof(Dictionary<int, string[]>.Enumerator)));
        Assert.Equal(
            "Func<int?, byte*[]>",
            CSharpName.Of(typeof(Func<int?, nint>)).Replace("nint", "byte*[]", StringComparison.Ordinal));
    }

    private static IEnumerable<MemberInfo> DocumentedMembers()
    {
        foreach (Type type in Library.GetExportedTypes())
        {
            yield return type;
            foreach (MemberInfo member in PublicApiText.VisibleMembers(type).Where(member => !IsImplicit(member)))
            {
                yield return member;
            }
        }
    }

    // What the compiler makes has no comment: members of records, default constructors. Of a constructor without
    // parameters, reflection cannot tell who made it; warning CS1591 asks for the comment of one that is written out.
    private static bool IsImplicit(MemberInfo member) =>
        member.IsDefined(typeof(System.Runtime.CompilerServices.CompilerGeneratedAttribute), inherit: false)
        || member is ConstructorInfo constructor && constructor.GetParameters().Length == 0;

    private static IEnumerable<string> Missing(MemberInfo member, XElement element)
    {
        if (string.IsNullOrWhiteSpace(element.Element("summary")?.Value))
        {
            yield return "a summary";
        }

        (ParameterInfo[] parameters, Type[] arguments, bool returns) = member switch
        {
            // The summary of an operator says what it returns.
            MethodInfo method =>
                (
                    method.GetParameters(),
                    method.GetGenericArguments(),
                    method.ReturnType != typeof(void) && !method.IsSpecialName),
            ConstructorInfo constructor => (constructor.GetParameters(), [], false),
            PropertyInfo property => (property.GetIndexParameters(), [], false),
            Type type when typeof(Delegate).IsAssignableFrom(type) && type.GetMethod("Invoke") is { } invoke =>
                (invoke.GetParameters(), type.GetGenericArguments(), invoke.ReturnType != typeof(void)),
            Type { IsNested: false } type => ([], type.GetGenericArguments(), false),
            _ => (Array.Empty<ParameterInfo>(), Type.EmptyTypes, false),
        };
        foreach (ParameterInfo parameter in parameters.Where(parameter => !Names(element, "param", parameter.Name!)))
        {
            yield return $"param {parameter.Name}";
        }

        foreach (Type argument in arguments.Where(argument => !Names(element, "typeparam", argument.Name)))
        {
            yield return $"typeparam {argument.Name}";
        }

        if (returns && string.IsNullOrWhiteSpace(element.Element("returns")?.Value))
        {
            yield return "returns";
        }
    }

    private static bool Names(XElement element, string kind, string name) =>
        element
            .Elements(kind)
            .Any(child => child.Attribute("name")?.Value == name && !string.IsNullOrWhiteSpace(child.ToString()));

    private static bool IsMap(Type type) => CSharpName.WithoutArity(type) == "ShardMap" && !type.IsNested;

    private static bool IsMapOperation(MemberInfo member) =>
        IsMap(member.DeclaringType!)
        && member is MethodInfo { IsStatic: false, IsPublic: true } or PropertyInfo { GetMethod.IsStatic: false }
        // they answer after Dispose
        && member.Name is not ("Dispose" or "ToString" or "Equals" or "GetHashCode" or "BytesAllocated"
            or "Name");

    private static bool TakesDelegate(MemberInfo member) =>
        HasParameter(member, parameter => typeof(Delegate).IsAssignableFrom(parameter.ParameterType));

    private static bool HasParameter(MemberInfo member, Func<ParameterInfo, bool> condition) =>
        member is MethodBase method && method.GetParameters().Any(condition);

    private static bool IsOrDerives(string cref, Type exception) =>
        cref.StartsWith("T:", StringComparison.Ordinal)
        && (cref[2..] == exception.FullName || Type.GetType(cref[2..]) is { } named && named.IsSubclassOf(exception));
}
