# A Rack app with OmniAuth's OpenID Connect strategy, whose options are those of docs/apps/rails.md.
#
#   ISSUER=… SHOP_SECRET=… RECIPE=… ruby omniauth.rb PORT
require "json"
require "logger"
require "rack"
require "rack/handler/webrick"
require "omniauth_openid_connect"

port = ARGV.fetch(0)
# Plain http, since everything is on loopback.
SWD.url_builder = URI::HTTP
OmniAuth.config.allowed_request_methods = [:get]
OmniAuth.config.silence_get_warning = true
OmniAuth.config.logger = Logger.new($stderr)

# Rails' configuration, of which the recipe uses the middleware.
module Rails
  def self.application = self
  def self.config = self
  def self.middleware = self
  def self.use(*arguments, &block) = (@used ||= []) << [arguments, block]
  def self.used = @used
end
eval(ENV.fetch("RECIPE"))

# The client of a strategy, for what comes after the login.
def client(issuer, auth)
  config = OpenIDConnect::Discovery::Provider::Config.discover!(issuer)
  client = OpenIDConnect::Client.new(
    identifier: "shop", secret: ENV.fetch("SHOP_SECRET"), token_endpoint: config.token_endpoint
  )
  client.refresh_token = auth.fetch("refresh_token")
  client
end

shop = lambda do |env|
  request, session = Rack::Request.new(env), env["rack.session"]
  issuer = ENV.fetch("ISSUER")
  to = ->(place) { [302, { "Location" => place }, []] }
  case request.path
  when "/"
    user = session["user"]
    next to.call("/auth/openid_connect") unless user
    [200, { "Content-Type" => "application/json" }, [JSON.dump(user.slice("sub", "name", "email", "token"))]]
  when "/auth/openid_connect/callback"
    auth = env.fetch("omniauth.auth")
    credentials = auth.credentials
    session["user"] = {
      "sub" => auth.uid, "name" => auth.info.name, "email" => auth.info.email, "token" => credentials.token,
      "refresh_token" => credentials.refresh_token, "id_token" => credentials.id_token
    }
    to.call("/")
  when "/refresh"
    tokens = client(issuer, session["user"]).access_token!
    session["user"] = session["user"].merge("token" => tokens.access_token, "refresh_token" => tokens.refresh_token)
    to.call("/")
  when "/logout"
    hint = { id_token_hint: session.delete("user").fetch("id_token"), post_logout_redirect_uri: "http://127.0.0.1:#{port}/signed-out" }
    to.call("#{issuer}/logout?#{URI.encode_www_form(hint)}")
  when "/signed-out" then [200, {}, ["Goodbye"]]
  else [404, {}, [request.url]]
  end
end

stack = Rack::Builder.new do
  use Rack::Session::Pool, key: "ruby"
  Rails.used.each { |arguments, block| use(*arguments, &block) }
  run shop
end
Rack::Handler::WEBrick.run(stack.to_app, Host: "127.0.0.1", Port: Integer(port), AccessLog: [])
