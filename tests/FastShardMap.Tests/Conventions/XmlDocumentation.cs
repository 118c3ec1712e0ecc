using System.Reflection;
using System.Text;
using System.Xml.Linq;

namespace FastShardMap.Tests.Conventions;

/// <summary>The documentation file that the compiler writes beside an assembly.</summary>
internal sealed class XmlDocumentation
{
    private readonly Dictionary<string, XElement> _members;

    private XmlDocumentation(Dictionary<string, XElement> members) => _members = members;

    /// <summary>The IDs of all members that the file lists.</summary>
    public IEnumerable<string> Ids => _members.Keys;

    public static XmlDocumentation Of(Assembly assembly)
    {
        string file = Path.ChangeExtension(assembly.Location, ".xml");
        Assert.True(File.Exists(file), $"{file} is missing: the project's GenerateDocumentationFile makes it.");
        return new XmlDocumentation(XDocument.Load(file).Descendants("member")
            .ToDictionary(member => member.Attribute("name")!.Value, StringComparer.Ordinal));
    }

    /// <summary>The element of a type or member, or null.</summary>
    public XElement? Find(MemberInfo member) => _members.GetValueOrDefault(IdOf(member));

    /// <summary>The ID by which the file lists a type or member (C# specification, annex D).</summary>
    public static string IdOf(MemberInfo member) => member switch
    {
        Type type => "T:" + TypeName(type),
        FieldInfo field => $"F:{TypeName(field.DeclaringType!)}.{Escaped(field.Name)}",
        EventInfo @event => $"E:{TypeName(@event.DeclaringType!)}.{Escaped(@event.Name)}",
        PropertyInfo property =>
            $"P:{TypeName(property.DeclaringType!)}.{Escaped(property.Name)}"
                + Parameters(property.GetIndexParameters()),
        ConstructorInfo constructor =>
            $"M:{TypeName(constructor.DeclaringType!)}.#ctor{Parameters(constructor.GetParameters())}",
        MethodInfo method => IdOf(method),
        _ => throw new NotSupportedException(member.ToString()),
    };

    private static string IdOf(MethodInfo method)
    {
        string arity = method.IsGenericMethod ? "``" + method.GetGenericArguments().Length : "";
        string conversion = method.Name is "op_Implicit" or "op_Explicit" ? "~" + Reference(method.ReturnType) : "";
        return $"M:{TypeName(method.DeclaringType!)}.{Escaped(method.Name)}{arity}"
            + $"{Parameters(method.GetParameters())}{conversion}";
    }

    private static string Escaped(string name) => name.Replace('.', '#');

    private static string Parameters(ParameterInfo[] parameters) =>
        parameters.Length == 0
            ? ""
            : $"({string.Join(',', parameters.Select(parameter => Reference(parameter.ParameterType)))})";

    private static string TypeName(Type type) => type.FullName!.Replace('+', '.');

    // A type as a parameter: generic arguments in braces, type parameters by position.
    private static string Reference(Type type)
    {
        if (type.IsByRef)
        {
            return Reference(type.GetElementType()!) + "@";
        }

        if (type.IsPointer)
        {
            return Reference(type.GetElementType()!) + "*";
        }

        if (type.IsArray)
        {
            int rank = type.GetArrayRank();
            return Reference(
                type.GetElementType()!) + (rank == 1 ? "[]" : $"[{string.Join(',', Enumerable.Repeat("0:", rank))}]");
        }

        if (type.IsGenericParameter)
        {
            return (type.DeclaringMethod is null ? "`" : "``") + type.GenericParameterPosition;
        }

        if (!type.IsGenericType)
        {
            return TypeName(type);
        }

        // Outer<A>.Inner<B> is written with each type's own arguments.
        StringBuilder text = new();
        Type[] arguments = type.GetGenericArguments();
        Stack<Type> chain = new();
        for (Type? part = type.GetGenericTypeDefinition(); part is not null; part = part.DeclaringType)
        {
            chain.Push(part);
        }

        int used = 0;
        text.Append(chain.Peek().Namespace);
        foreach (Type part in chain)
        {
            text.Append('.').Append(CSharpName.WithoutArity(part));
            int own = part.GetGenericArguments().Length - used;
            if (own > 0)
            {
                text.Append('{').AppendJoin(',', arguments.Skip(used).Take(own).Select(Reference)).Append('}');
                used += own;
            }
        }

        return text.ToString();
    }
}
